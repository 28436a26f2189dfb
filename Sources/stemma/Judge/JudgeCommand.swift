import ArgumentParser
import Canonical
import Judging
import Lineage
import Payloads

struct JudgeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge",
    abstract: "Compare two outputs of one view, in files, without a store.",
    discussion: """
      Files are .npy, safetensors, JSON lines (one value a line) or CSV with a header; of any kind for \
      outputs of type bytes. --declared says what they are, in strict JSON:

        {"reference":  {"type": "tensor", "view": "sha256:…", "schema": "…", "dtypes": ["bf16"],
                        "device": {"class": "a100", "share": {"mode": "whole"}}, "evidence": "gaps.npy"},
         "recomputed": {"type": "tensor", "dtypes": ["fp32"]},
         "judging": {"dtypes": ["bf16", "fp32"], "margins": {"row_drift": 0.016}, "rows": "keyed"},
         "read": {"tensor": "logits", "uint16": "bf16", "columns": {"label": "prediction"},
                  "scalars": "runs", "labels": "draws", "classes": 10, "endOfSequence": 2},
         "looks": {"number": 1, "planned": 10}}

      type is tensor, probabilities, labels, scalars, tokens, text, ranking or bytes, and needed on both sides; \
      dtypes, the types that it was effectively computed in, is needed for all but bytes. All else is optional. \
      evidence lies beside the declaration: for labels the reference's gap between its two best classes, \
      a row each (gap); for tokens what the recomputed model says of the reference's \
      (logProbabilityShift, deficit). judging is the view's contract.

      Columns go by these names unless read.columns says otherwise: key (where rows are keyed), values (a list; in CSV \
      all columns but the key), label and gap, value, step and loss (read.scalars: curve), tokens, prompt, \
      text and logLikelihood, ids and scores. A file without names has one column.

      --envelopes FILE has what honest pairs of this model were measured to drift by, in place of the defaults:

        {"key": "tensor|MODEL|bf16+fp32|DEVICE|DEVICE|LIBRARIES", "index": 0,
         "envelopes": {"common_drift": {"pairs": 24, "largest": 0.0005, "smallestBad": 0.002}}}

      Fewer than 19 pairs calibrate nothing, and what they were not measured for is refused. \
      The statistics that have an envelope are among a judgement's tests.

      Exit status: 0 bit_identical, numerically_equivalent or statistically_equivalent; 1 divergent, inconclusive or \
      not_comparable; 2 usage, or a file that cannot be read as what was declared.
      """)

  @Argument(help: "The output that the other is held against.")
  var reference: String

  @Argument(help: "The output that was computed again.")
  var recomputed: String

  @Option(help: ArgumentHelp("What is declared of the two.", valueName: "file"))
  var declared: String

  @Option(help: ArgumentHelp("Envelopes measured on honest pairs.", valueName: "file"))
  var envelopes: String?

  @Option(help: "table or json.")
  var output = OutputFormat.table

  func run() throws {
    let judgement: Judgement
    do throws(PayloadError) {
      let pair = FilePair(
        reference: reference, recomputed: recomputed,
        declared: try DeclaredPair(contentsOf: declared))
      let measured = try envelopes.map { path throws(PayloadError) in
        try Calibration(contentsOf: path)
      }
      judgement = try pair.judgement(calibration: measured)
    } catch {
      throw CommandFailure.usage("\(error)")
    }
    if output == .json {
      Terminal.write(judgement.json.canonicalBytes() + [UInt8(ascii: "\n")])
    } else {
      // Keys and names out of the files move no cursor.
      for line in judgement.text.split(separator: "\n") {
        Terminal.print(PlainText.line(String(line), limit: 4096))
      }
    }
    if !judgement.verdict.isAcceptable { throw ExitCode(1) }
  }
}
