// The words of a text and what each means here, so that a screen or a message can use the word of the place.

package import Vocabulary

/// What a term of a text stands for in Weir.
package enum TermMeaning: String, ClosedList {
  case resource
  case resourceClass = "resource_class"
  case categoryGroup = "category_group"
  case authority
  case sourceDepartment = "source_department"
  case usingDepartment = "using_department"
  case governmentDepartment = "government_department"
  case leadingGroup = "leading_group"
  case operationCentre = "operation_centre"
  case dataSubject = "data_subject"
  case node, component

  package var term: BilingualText {
    switch self {
    case .resource: BilingualText("数据资源", "data resources")
    case .resourceClass: BilingualText("资源类别", "class of resources")
    case .categoryGroup: BilingualText("分类组", "group of categories")
    case .authority: BilingualText("数据主管部门", "authority")
    case .sourceDepartment: BilingualText("数源部门", "source department")
    case .usingDepartment: BilingualText("用数部门", "using department")
    case .governmentDepartment: BilingualText("政务部门", "government department")
    case .leadingGroup: BilingualText("领导小组", "leading group")
    case .operationCentre: BilingualText("运营方", "operator")
    case .dataSubject: BilingualText("数据主体", "data subject")
    case .node: BilingualText("节点", "node")
    case .component: BilingualText("节点组成部分", "part of the node")
    }
  }
}

/// A term that a text defines or uses as its own.
package struct ProfileTerm: Hashable, Sendable {
  package let term: BilingualText
  package let article: String
  package let means: TermMeaning

  package init(term: BilingualText, article: String, means: TermMeaning) {
    self.term = term
    self.article = article
    self.means = means
  }
}
