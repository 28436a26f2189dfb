package import Hummingbird
import Logging

/// What a request carries through its route: Hummingbird's own storage and who sent it.
package struct APIContext: RequestContext {
  package var coreContext: CoreRequestContextStorage
  /// Set before a closed route's handler runs.
  var principal = ""

  package init(source: Source) { coreContext = .init(source: source) }
}
