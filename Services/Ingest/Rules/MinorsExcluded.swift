// Community-correction data hold no minors (meizhou-specific-2021/5.3c, 不含未成年人).

package import Vocabulary

/// Who is a minor for ``RuleBasis/noMinors``.
///
/// The text says neither which day decides nor how age is counted (policies g.8). Taken here: the day on which the
/// correction begins, where the record states one, for it describes the person the measure was taken against; otherwise
/// the batch's as-of day. A person comes of age on the day after the eighteenth birthday (法释〔2006〕1号 article 2, the
/// count used in criminal matters), so on the birthday itself the record is still refused.
package struct MinorsExcluded: Sendable {
  /// Full years of age from which a person is no minor (Civil Code of the PRC, article 17).
  package static let majorityYears = 18
  package static let rule = "person.minor"

  /// The day that decides.
  package static func decidingDay(correctionStart: CivilDate?, asOf: CivilDate) -> CivilDate {
    correctionStart ?? asOf
  }

  /// Whether a person born on `birth` is a minor on `day`.
  package static func isMinor(born birth: CivilDate, on day: CivilDate) -> Bool {
    day <= birth.adding(months: majorityYears * 12)
  }

  static let sentence = BilingualText(
    "社区矫正对象信息不含未成年人（以矫正开始日计，无此项时以数据截止日计）",
    "community-correction data hold no minors (age on the first day of the correction, else on the as-of day)"
  )
}
