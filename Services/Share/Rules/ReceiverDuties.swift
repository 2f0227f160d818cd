// Whom a body must have named before data are granted to it (meizhou-public-2023/39.2a).

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
