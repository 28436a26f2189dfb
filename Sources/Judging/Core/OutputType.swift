/// What an output is, which decides how two of them are compared (`output.type` of a view).
package enum OutputType: String, CaseIterable, Sendable {
  case tensor, probabilities, labels, scalars, tokens, text, ranking, bytes
}
