// The options that every command of the program takes.

import ArgumentParser
import Vocabulary

/// `--lang` and `--output`.
struct CommonOptions: ParsableArguments {
  @Option(
    name: .customLong("lang"),
    help: ArgumentHelp(
      spoken("输出语言：zh 或 en；默认取自 LANG。", "Language: zh or en; else from LANG."),
      valueName: "zh|en"))
  var language: Language?

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp(
      spoken("输出格式。", "Form of the result."), valueName: "table|json"))
  var format: OutputFormat = .table

  /// The streams of this run, in the language and format asked for.
  var console: Console { Surroundings.current.console(language: language, format: format) }
}

extension Language: ExpressibleByArgument {}
extension OutputFormat: ExpressibleByArgument {}
