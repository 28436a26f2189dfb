internal import CNVML
internal import Glibc

/// A library loaded at run time; never unloaded, since drivers' libraries do not survive it.
@safe struct DynamicLibrary {
  private let handle: UnsafeMutableRawPointer

  /// Loads it with all its symbols bound and none of them offered to others.
  init?(_ name: String) {
    guard let handle = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) else { return nil }
    unsafe self.handle = handle
  }

  /// The reason of the last refusal, or a general one.
  static var refusal: String {
    unsafe dlerror().map { unsafe String(cString: $0) } ?? "not loaded"
  }

  /// A function by its exported name; nil when this library is too old to have it.
  ///
  /// The caller says its type, which nothing checks.
  func function<Function>(_ name: String, as type: Function.Type) -> Function? {
    guard let symbol = unsafe dlsym(handle, name) else { return nil }
    return unsafe unsafeBitCast(symbol, to: type)
  }

  /// The file that the function was loaded from.
  func file(of name: String) -> String? {
    guard let symbol = unsafe dlsym(handle, name), let file = unsafe stemma_library_file(symbol)
    else { return nil }
    return unsafe String(cString: file)
  }
}
