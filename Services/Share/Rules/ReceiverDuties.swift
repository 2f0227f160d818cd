// Whom a body must have named before data are granted to it, and for what it may ask (meizhou-public-2023/39.2a; luyi-2019/5.i2).

package import Regulation
import Vocabulary

/// Checks that the one who would receive data has a security unit and a responsible person, where the text makes that a condition.
package func checkDuties(
  of receiver: DepartmentStanding, under profile: Profile
) throws(ShareRefusal) {
  guard let demand = profile.dutyDemand(.security), demand.value == .required,
    !receiver.duties.contains(.security)
  else { return }
  throw .safeguard(
    .dutyNotNamed(
      department: receiver.code.text, post: .security, citation: demand.citation))
}

/// Checks that a body asks for the sake of a function of its own, where functions of it are recorded (luyi-2019/5.i2).
package func checkFunction(
  _ use: UseRequest, of applicant: DepartmentStanding, under profile: Profile
) throws(ShareRefusal) {
  guard let rule = profile.functionsBind, !applicant.functions.isEmpty,
    !applicant.functions.contains(use.business)
  else { return }
  throw .safeguard(
    .functionNotRecorded(
      department: applicant.code.text, business: use.business, citation: rule.citation))
}
