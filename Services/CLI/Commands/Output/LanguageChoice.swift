// Which language the program speaks: the one asked for, else the one of the person's environment.

package import Vocabulary

extension Language {
  /// The first that is set: `--lang`, `WEIR_LANG`, `LC_ALL`, `LC_MESSAGES`, `LANG`. English where nothing says otherwise.
  package static func chosen(
    option: Language? = nil, environment: [String: String]
  ) -> Language {
    if let option { return option }
    for name in ["WEIR_LANG", "LC_ALL", "LC_MESSAGES", "LANG"] {
      if let tag = environment[name], let language = Language(tag: tag) { return language }
    }
    return .english
  }

  /// The choice before the arguments are parsed, since the help text itself has a language.
  static func chosen(arguments: [String], environment: [String: String]) -> Language {
    for (index, argument) in arguments.enumerated() {
      var value: String?
      if argument == "--lang", index + 1 < arguments.count { value = arguments[index + 1] }
      if argument.hasPrefix("--lang=") { value = String(argument.dropFirst("--lang=".count)) }
      if let value, let language = Language(rawValue: value) { return language }
    }
    return chosen(environment: environment)
  }
}
