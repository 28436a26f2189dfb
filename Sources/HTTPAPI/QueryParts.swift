import Records
import StemmaCrypto
import Store

// Strict readers of query parameters, by what they mean.

/// A kind by its name.
func kind(_ name: String, _ parameter: String) throws -> Kind {
  guard let kind = Kind(named: name) else {
    let known = Kind.allCases.map(\.name).joined(separator: ", ")
    throw Problem.invalidRequest("not a kind; known are \(known)", parameter: parameter)
  }
  return kind
}

/// An index or a time: the snapshot that a question is about.
func snapshotPoint(_ name: String, in query: [String: String]) throws -> SnapshotPoint? {
  guard let text = query[name] else { return nil }
  guard let point = SnapshotPoint(parsing: text) else {
    throw Problem.invalidRequest(
      "an index, or a time YYYY-MM-DDThh:mm:ss.ffffffZ", parameter: name)
  }
  return point
}

func digest(_ name: String, in query: [String: String]) throws -> Digest? {
  guard let text = query[name] else { return nil }
  guard let digest = Digest(parsing: text) else {
    throw Problem.invalidRequest(
      "a digest is sha256: and 64 lower-case hexadecimal digits", parameter: name)
  }
  return digest
}

func time(_ name: String, in query: [String: String]) throws -> Timestamp? {
  guard let text = query[name] else { return nil }
  guard let time = Timestamp(parsing: text) else {
    throw Problem.invalidRequest("a time YYYY-MM-DDThh:mm:ss.ffffffZ", parameter: name)
  }
  return time
}

/// One of `known`; the first one where nothing is said.
func choice(_ name: String, in query: [String: String], _ known: [String]) throws -> String {
  guard let text = query[name] else { return known[0] }
  guard let found = known.first(where: { $0.utf8.elementsEqual(text.utf8) }) else {
    throw Problem.invalidRequest("one of \(known.joined(separator: ", "))", parameter: name)
  }
  return found
}

/// The elements of a comma list, each once; empty where nothing is said.
func list(_ name: String, in query: [String: String]) throws -> [String] {
  guard let text = query[name] else { return [] }
  let elements = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  guard elements.count <= 64, !elements.contains("") else {
    throw Problem.invalidRequest("1 to 64 elements between commas", parameter: name)
  }
  var known: Set<String> = []
  if let again = elements.first(where: { !known.insert($0).inserted }) {
    throw Problem.invalidRequest("\(again) is there twice", parameter: name)
  }
  return elements
}
