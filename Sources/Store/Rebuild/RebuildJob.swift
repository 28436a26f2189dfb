package import Canonical
package import Records
package import StemmaCrypto

/// All that a worker needs to make one output.
package struct RebuildJob: Sendable {
  package let lease: WorkID
  package let item: RebuildItem
  /// The record that its output's execution is: the same for every attempt, so that all of them make one output.
  package let execution: Record
  /// The view whose output is wanted.
  package let view: Record
  /// What must be committed with the output: the view, where it is new, and that it took another's place.
  package let commitFirst: [Record]
  package let context: JSONNode
  package let inputs: [Input]
  /// An output that is there already: nothing has to run, the lease is finished with it.
  package let answer: Digest?
  /// An output of the view whose place this one takes, disowned or not: drift is told against it.
  package let predecessor: Digest?

  package struct Input: Sendable {
    /// `model` for the view's model.
    package let role: String
    package let ref: Digest
    package let kind: Kind
    /// Nil where the record was erased, or its content is not recorded here.
    package let content: JSONNode?
    package let isManifest: Bool
  }
}
