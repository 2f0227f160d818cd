// The words of the regulations as types: identifiers, dates, share types, roles, citations. Pure.
