/// Where a machine is read from; tests play machines by giving other places.
package struct Machine: Sendable {
  package var sysfs = "/sys"
  package var procfs = "/proc"
  package var dev = "/dev"
  package var etc = "/etc"
  package var nvmlLibrary = "libnvidia-ml.so.1"
  package var cudaLibrary = "libcuda.so.1"
  /// What the helper is: this program, and the arguments that make it one.
  package var helper: [String]
  /// How long one call of a library may take, and all of a helper's.
  package var callDeadline = Duration.seconds(2)
  package var helperDeadline = Duration.seconds(20)
  /// The whole environment: readers take from it by name, and nothing else of it is kept.
  package var environment: [String: String]
  /// A node's labels as somebody who may read them wrote them down; nil when nobody did.
  package var nodeLabels: [String: String]?

  package init(helper: [String], environment: [String: String]) {
    self.helper = helper
    self.environment = environment
  }
}
