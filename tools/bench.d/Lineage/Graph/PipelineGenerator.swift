import Records
import SeededRandom

/// Makes a provenance graph as a site of many pipelines would: each a long chain of steps, one resting on the other,
/// all of them under way at once, so that the records of one lie scattered among those of all others.
///
/// A step is a view and its output. The view rests on the pipeline's previous output, on another recent one (diamonds),
/// on inputs from a pool that all share (the first the most often), seldom on what another pipeline made, on
/// the pipeline's model and context. Now and then an output becomes the model, asks for a tool's result, or
/// is judged beside a second sample. How long a pipeline lives is drawn from a heavy tail: most are short, some are
/// thousands of steps; then another one begins in its place.
///
/// The graph of a seed is one sequence: a longer one begins with the shorter one.
struct PipelineGenerator {
  static let poolSize = 2000
  static let modelCount = 50
  static let pipelineCount = 8

  /// What everything rests on comes first: the device, the pool of inputs, models that were not made here.
  static let device: UInt32 = 0
  private static let firstInput = 1
  private static let firstModel = firstInput + poolSize
  static let foundationCount = firstModel + modelCount

  /// How often a view takes what another pipeline made. Each time a whole history comes along: much more often, and
  /// half of the graph would lie above every record.
  private static let crossing = 0.001

  private var random: SplitMix64
  private let popularity = Zipf(count: Self.poolSize)
  private var pipelines: [Pipeline] = []

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// Adds nodes until there are `count`.
  mutating func grow(_ graph: inout PipelineGraph, to count: Int) {
    while graph.count < min(count, Self.foundationCount) {
      let number = graph.count
      _ = graph.add(
        number == Int(Self.device) ? .device : number < Self.firstModel ? .input : .model)
    }
    while graph.count < count {
      while pipelines.count < Self.pipelineCount { pipelines.append(begin()) }
      advance(below(pipelines.count), &graph)
    }
  }

  private struct Pipeline {
    var next = Next.context
    var model: UInt32
    var stepsLeft: Int
    var context: UInt32 = 0
    var execution: UInt32?
    var view: UInt32 = 0
    /// A tool's result that the next view takes.
    var tool: UInt32?
    /// The newest outputs, the last one the newest.
    var outputs: [UInt32] = []

    enum Next { case context, execution, view, output, second, verdict, model, tool }
  }

  private mutating func begin() -> Pipeline {
    // Pareto with exponent 1: at least 12 steps, half of them 24 and more, one in a hundred 1200 and more.
    let steps = min(12 / max(random.unit(), 1e-9), 20_000)
    return Pipeline(
      model: UInt32(Self.firstModel + below(Self.modelCount)),
      stepsLeft: Int(steps))
  }

  private mutating func chance(_ share: Double) -> Bool { random.unit() < share }

  private mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

  /// Adds the next node of one pipeline.
  private mutating func advance(_ turn: Int, _ graph: inout PipelineGraph) {
    var pipeline = pipelines[turn]
    switch pipeline.next {
    case .context:
      pipeline.context = graph.add(.context)
      pipeline.next = pipeline.execution == nil ? .execution : .view
    case .execution:
      pipeline.execution = graph.add(.execution)
      pipeline.next = .view
    case .view:
      pipeline.view = graph.add(.view, viewReferences(pipeline, turn))
      pipeline.tool = nil
      pipeline.next = .output
    case .output, .second:
      let output = graph.add(.output, outputReferences(pipeline))
      // Few are remembered: one that reaches far back would be a short cut through a long chain.
      if pipeline.outputs.count == 4 { pipeline.outputs.removeFirst() }
      pipeline.outputs.append(output)
      pipeline.next = pipeline.next == .second ? .verdict : afterOutput()
    case .verdict:
      _ = graph.add(
        .verdict,
        pipeline.outputs.suffix(2).map { .init(target: $0, member: .verdictOutputs) })
      pipeline.next = .view
    case .model:
      var references = [PipelineGraph.Reference(target: pipeline.model, member: .modelBase)]
      if let output = pipeline.outputs.last {
        references.append(.init(target: output, member: .modelPromotedFrom))
      }
      pipeline.model = graph.add(.model, references)
      pipeline.next = .view
    case .tool:
      pipeline.tool = graph.add(
        .input,
        pipeline.outputs.suffix(2).map { .init(target: $0, member: .inputObtainedBy) })
      pipeline.next = .view
    }
    if pipeline.next == .view {
      pipeline.stepsLeft -= 1
      if pipeline.stepsLeft < 0 { pipeline = begin() }
    }
    pipelines[turn] = pipeline
  }

  private mutating func afterOutput() -> Pipeline.Next {
    switch random.unit() {
    case ..<0.03: .second
    case ..<0.09: .model
    case ..<0.13: .tool
    case ..<0.15: .context
    default: .view
    }
  }

  private mutating func viewReferences(
    _ pipeline: Pipeline, _ turn: Int
  ) -> [PipelineGraph.Reference] {
    var inputs: [UInt32: PipelineGraph.Role] = [:]
    var references = [
      PipelineGraph.Reference(target: pipeline.model, member: .viewModel),
      .init(target: pipeline.context, member: .viewContext),
    ]
    func add(_ target: UInt32, _ role: PipelineGraph.Role) {
      guard inputs.updateValue(role, forKey: target) == nil else { return }
      references.append(.init(target: target, member: .viewInputs, role: role))
    }
    if let tool = pipeline.tool { add(tool, .tool) }
    if let last = pipeline.outputs.last { add(last, .previous) }
    if !pipeline.outputs.isEmpty {
      add(pipeline.outputs[below(pipeline.outputs.count)], .evidence)
    }
    if chance(Self.crossing) {
      let other = pipelines[(turn + 1 + below(pipelines.count - 1)) % pipelines.count]
      if let last = other.outputs.last { add(last, .evidence) }
    }
    for _ in 0..<4 {
      let input = UInt32(Self.firstInput + popularity.draw(&random))
      add(input, chance(0.2) ? .labels : .corpus)
    }
    return references
  }

  private func outputReferences(_ pipeline: Pipeline) -> [PipelineGraph.Reference] {
    var references = [
      PipelineGraph.Reference(target: pipeline.view, member: .outputView),
      .init(target: Self.device, member: .outputDevices),
    ]
    if let execution = pipeline.execution {
      references.append(.init(target: execution, member: .outputExecution))
    }
    return references
  }
}
