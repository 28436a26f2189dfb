import Glibc

/// Whom PostgreSQL runs as: ourselves, or where we are root, which it refuses, an unprivileged user.
struct ServerUser {
  let name: String
  let uid: uid_t
  let gid: gid_t
  /// What goes before a command to run it as that user.
  let prefix: [String]

  /// - Throws: where we are root and there is no user `postgres`.
  static func current() throws(EmbeddedError) -> ServerUser {
    let uid = geteuid()
    guard uid == 0 else {
      guard let entry = unsafe getpwuid(uid) else {
        throw EmbeddedError("user id \(uid) has no name; PostgreSQL needs one")
      }
      return unsafe ServerUser(
        name: String(cString: entry.pointee.pw_name), uid: uid, gid: getegid(), prefix: [])
    }
    guard let entry = unsafe getpwnam("postgres") else {
      throw EmbeddedError(
        "PostgreSQL refuses to run as root, and there is no user postgres; run as another user")
    }
    let (user, group) = unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
    return ServerUser(
      name: "postgres", uid: user, gid: group,
      prefix: [
        "setpriv", "--reuid=\(user)", "--regid=\(group)", "--init-groups",
      ])
  }
}
