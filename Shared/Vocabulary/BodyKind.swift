// What kind of body takes part: on what ground it acts for the public, and which texts take it in.

/// The kind of a registered body (guangdong-2018/32.3, hebi-2021/3.2, meizhou-specific-2021/5.6, meizhou-public-2023/2.1).
///
/// Under which law it is registered decides whether it is taken, and whether that law holds for it by reference only.
package enum BodyKind: String, ClosedList {
  case administrativeOrgan = "administrative_organ"
  case authorisedInstitution = "authorised_institution"
  case authorisedOrganisation = "authorised_organisation"
  case publicServiceBody = "public_service_body"
  case publicEnterprise = "public_enterprise"
  case centralBranch = "central_branch"
  case byReference = "by_reference"
  case enterprise

  /// Whether it acts by a law that gives it administrative functions, which is then named.
  package var isAuthorised: Bool {
    self == .authorisedInstitution || self == .authorisedOrganisation
  }

  package var term: BilingualText {
    switch self {
    case .administrativeOrgan: BilingualText("行政机关", "administrative organ")
    case .authorisedInstitution:
      BilingualText("法律法规授权的事业单位", "public institution authorised by law")
    case .authorisedOrganisation:
      BilingualText("法律法规授权的社会组织", "social organisation authorised by law")
    case .publicServiceBody:
      BilingualText("公共管理和服务组织", "organisation of public affairs or services")
    case .publicEnterprise: BilingualText("公用企业", "public enterprise")
    case .centralBranch: BilingualText("中央、省驻地单位", "branch of a central or provincial organ")
    case .byReference: BilingualText("参照执行单位", "body that follows by reference")
    case .enterprise: BilingualText("企业", "enterprise")
    }
  }
}

/// What the business of a public enterprise is that its data come from (meizhou-public-2023/2.2).
package enum BusinessClass: String, ClosedList {
  case publicService = "public_service"
  case nonPublicService = "non_public_service"

  package var term: BilingualText {
    switch self {
    case .publicService: BilingualText("公共服务", "public service")
    case .nonPublicService: BilingualText("非公共服务", "other than public service")
    }
  }
}

/// Whether data have the form of rows (guangdong-2018/32.1).
package enum DataStructure: String, ClosedList {
  case structured, unstructured

  package var term: BilingualText {
    switch self {
    case .structured: BilingualText("结构化", "structured")
    case .unstructured: BilingualText("非结构化", "unstructured")
    }
  }
}

/// Why an entry is shared without being asked for (luyi-2019/10).
package enum ActiveSharing: String, ClosedList {
  case identifying, declared, determined

  package var term: BilingualText {
    switch self {
    case .identifying:
      BilingualText("基础性、基准性、标识性信息", "basic, benchmark or identifying information")
    case .declared: BilingualText("提供方明确主动提供", "declared by the provider")
    case .determined: BilingualText("建设小组核定", "determined by the construction group")
    }
  }
}

/// The four bases (luyi-2019/2): of which an entry's data are part.
package enum BaseKind: String, ClosedList {
  case population
  case legalPerson = "legal_person"
  case economy, geography

  package var term: BilingualText {
    switch self {
    case .population: BilingualText("人口", "population")
    case .legalPerson: BilingualText("法人", "legal persons")
    case .economy: BilingualText("经济", "economy")
    case .geography: BilingualText("地理", "geography")
    }
  }
}
