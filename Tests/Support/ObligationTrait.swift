// How a test says which obligations of the regulations it shows (deploy/policies/obligations).

// Releases build this target too, for the benchmarks, and link statically, which the library of tests cannot.
#if canImport(Testing)
  package import Testing

  /// The obligations that would be broken if the test were red.
  ///
  /// `make obligations` finds it in the text of the tests, so the ids stand there as literals; what it means to name one is
  /// told in Tests/Obligations/README.md.
  package struct ObligationTrait: TestTrait, SuiteTrait {
    package let ids: [String]
  }

  extension Trait where Self == ObligationTrait {
    /// The test shows these obligations: `.obligation("hebi-2021/13.1b")`.
    package static func obligation(_ ids: String...) -> Self { Self(ids: ids) }
  }
#endif
