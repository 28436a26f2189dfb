internal import CNVML

/// How functions of each shape are called, and what their answers are as readings.
extension NVMLReader {
  /// The function's return code; nil when this library does not have it.
  func code<Function>(
    _ name: String, _ type: Function.Type, _ body: (Function) -> Int32
  ) -> Int32? {
    library.function(name, as: type).map(body)
  }

  /// Calls, and gives the reason why there is no value; nil for success.
  func call<Function>(
    _ name: String, _ type: Function.Type, _ body: (Function) -> Int32
  ) -> Reading.Outcome? {
    guard let code = code(name, type, body) else { return NVMLResult.noFunction }
    return code == 0 ? nil : NVMLResult.absence(code)
  }

  /// One unsigned number.
  func number<Function>(
    _ name: String, _ type: Function.Type,
    _ body: (Function, UnsafeMutablePointer<UInt32>) -> Int32
  ) -> Reading.Outcome {
    var value: UInt32 = 0
    return call(name, type) { function in unsafe body(function, &value) } ?? Self.number(value)
  }

  /// One unsigned number about a device.
  func number(_ name: String, _ device: stemma_nvml_device) -> Reading.Outcome {
    unsafe number(name, stemma_nvml_number.self) { unsafe $0(device, $1) }
  }

  /// A text about a device.
  func text(_ name: String, _ device: stemma_nvml_device) -> Reading.Outcome {
    unsafe text { buffer in
      unsafe code(name, stemma_nvml_text.self) { unsafe $0(device, buffer, Self.textCapacity) }
    }
  }

  /// A text that a call writes into a buffer of `textCapacity` bytes.
  func text(_ body: (UnsafeMutablePointer<CChar>) -> Int32?) -> Reading.Outcome {
    var bytes = [CChar](repeating: 0, count: Int(Self.textCapacity))
    let code = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.flatMap { unsafe body($0) }
    }
    guard let code else { return NVMLResult.noFunction }
    guard code == 0 else { return NVMLResult.absence(code) }
    return Self.outcome(ofText: Self.string(bytes), isValue: true)
  }

  /// The characters up to the first NUL, or all: a library that fills the buffer is not trusted with more.
  static func string(_ bytes: [CChar]) -> String {
    String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// All ones is NVML's "not available".
  static func number(_ value: UInt32) -> Reading.Outcome {
    value == .max ? .absent("not available") : .number(Int64(value))
  }

  static func number(_ value: UInt64) -> Reading.Outcome {
    guard value != .max else { return .absent("not available") }
    // What a record can hold.
    return value < 1 << 53 ? .number(Int64(value)) : .absent("larger than 2^53")
  }

  static func outcome(ofText text: String, isValue: Bool) -> Reading.Outcome {
    let checked = Reading.text("", from: "", text).outcome
    guard !isValue, case .text(let reason) = checked else { return checked }
    return .absent(reason)
  }
}
