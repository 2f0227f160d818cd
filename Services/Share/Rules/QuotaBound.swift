// How many persons a day a grant may be used about at most: no grant is a way to take a register out piece by piece (AC-47;
// meizhou-public-2023/21.5).

import Regulation
import Vocabulary

/// Checks that nobody asks for more persons a day than the profile lets any grant have.
///
/// Where bulk export and free query are allowed (luyi-2019/13) the reviewers alone decide on the number.
func checkQuotaBound(
  _ use: UseRequest, under profile: Profile, path prefix: String
) throws(ShareRefusal) {
  guard let most = profile.dailySubjectsMax, use.quota(under: profile) > most.value else { return }
  throw .safeguard(
    .quotaTooLarge(
      path: prefix + "daily_subjects", limit: most.value,
      citation: profile.cite(.shareDailySubjectsMax, else: .accessRule(47))))
}
