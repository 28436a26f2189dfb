/// The bytes of a safetensors file, right or wrong.
struct SafetensorsFile {
  /// The JSON text.
  var header: String
  var payload: [UInt8] = []
  /// What the first 8 bytes say, where that is a lie.
  var statedLength: UInt64?

  var bytes: [UInt8] {
    let length = statedLength ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + Array(header.utf8)
      + payload
  }

  /// One entry of a header.
  static func tensor(_ name: String, _ dtype: String, _ shape: String, _ offsets: String) -> String
  {
    #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }
}
