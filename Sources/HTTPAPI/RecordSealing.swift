import Canonical
import Records

/// A record that a route builds from what its request says; the record's own checks judge it all.
func seal(_ value: JSONValue) throws -> Record {
  do throws(RecordErrors) {
    return try Record(canonical: value.canonicalBytes())
  } catch {
    throw Problem(invalid: error.errors.map { ($0.pointer, $0.message) })
  }
}
