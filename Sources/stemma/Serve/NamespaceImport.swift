import ArgumentParser
import Store

/// `main=shared,public`.
struct NamespaceImport: ExpressibleByArgument {
  let importer: Namespace
  let imported: [Namespace]

  init?(argument: String) {
    let sides = argument.split(separator: "=", omittingEmptySubsequences: false)
    guard sides.count == 2, let importer = Namespace(sides[0]) else { return nil }
    let names = sides[1].split(separator: ",", omittingEmptySubsequences: false)
    let imported = names.compactMap { Namespace($0) }
    guard imported.count == names.count, !imported.contains(importer) else { return nil }
    self.importer = importer
    self.imported = imported
  }
}
