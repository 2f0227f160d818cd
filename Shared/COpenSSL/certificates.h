#pragma once
// What certificates need and OpenSSL offers only as macros: typed stacks and the names inside them.
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// MARK: Subject alternative names

static inline GENERAL_NAMES *weir_names_new(void) { return sk_GENERAL_NAME_new_null(); }

static inline void weir_names_free(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }

static inline int weir_names_count(const GENERAL_NAMES *names) {
  return names == NULL ? 0 : sk_GENERAL_NAME_num(names);
}

/// Appends a URI (GEN_URI), a DNS name (GEN_DNS) or an address (GEN_IPADD); returns 1 when done.
static inline int weir_names_append(GENERAL_NAMES *names, int kind, const unsigned char *bytes,
                                    int count) {
  GENERAL_NAME *name = GENERAL_NAME_new();
  ASN1_STRING *text = kind == GEN_IPADD ? (ASN1_STRING *)ASN1_OCTET_STRING_new()
                                        : (ASN1_STRING *)ASN1_IA5STRING_new();
  if (name == NULL || text == NULL || ASN1_STRING_set(text, bytes, count) != 1) {
    GENERAL_NAME_free(name);
    ASN1_STRING_free(text);
    return 0;
  }
  GENERAL_NAME_set0_value(name, kind, text);
  if (sk_GENERAL_NAME_push(names, name) <= 0) {
    GENERAL_NAME_free(name);
    return 0;
  }
  return 1;
}

/// The kind and bytes of one name; -1 for kinds that Weir does not read. The bytes live as long as the names.
static inline int weir_names_get(const GENERAL_NAMES *names, int index, const unsigned char **bytes,
                                 int *count) {
  GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
  int kind = -1;
  void *value = GENERAL_NAME_get0_value(name, &kind);
  if (kind != GEN_URI && kind != GEN_DNS && kind != GEN_IPADD) return -1;
  *bytes = ASN1_STRING_get0_data((ASN1_STRING *)value);
  *count = ASN1_STRING_length((ASN1_STRING *)value);
  return kind;
}

static inline int weir_certificate_add_names(X509 *certificate, GENERAL_NAMES *names) {
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT);
}

static inline GENERAL_NAMES *weir_certificate_names(const X509 *certificate) {
  return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}

// MARK: Requests

static inline int weir_request_add_names(X509_REQ *request, GENERAL_NAMES *names) {
  STACK_OF(X509_EXTENSION) *extensions = NULL;
  int done = X509V3_add1_i2d(&extensions, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT);
  if (done == 1) done = X509_REQ_add_extensions(request, extensions);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  return done;
}

static inline GENERAL_NAMES *weir_request_names(X509_REQ *request) {
  STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(request);
  GENERAL_NAMES *names =
      (GENERAL_NAMES *)X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  return names;
}

// MARK: Chains

static inline STACK_OF(X509) *weir_certificates_new(void) { return sk_X509_new_null(); }

/// Appends the certificate and takes a reference of its own; returns 1 when done.
static inline int weir_certificates_append(STACK_OF(X509) *list, X509 *certificate) {
  if (X509_up_ref(certificate) != 1) return 0;
  if (sk_X509_push(list, certificate) <= 0) {
    X509_free(certificate);
    return 0;
  }
  return 1;
}

static inline void weir_certificates_free(STACK_OF(X509) *list) {
  sk_X509_pop_free(list, X509_free);
}

// MARK: Revocation lists

static inline int weir_revoked_count(X509_CRL *list) {
  STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(list);
  return entries == NULL ? 0 : sk_X509_REVOKED_num(entries);
}

static inline X509_REVOKED *weir_revoked_get(X509_CRL *list, int index) {
  return sk_X509_REVOKED_value(X509_CRL_get_REVOKED(list), index);
}

static inline int weir_revoked_set_reason(X509_REVOKED *entry, int reason) {
  ASN1_ENUMERATED *value = ASN1_ENUMERATED_new();
  int done = value != NULL && ASN1_ENUMERATED_set(value, reason) == 1 &&
             X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, value, 0, 0) == 1;
  ASN1_ENUMERATED_free(value);
  return done;
}

/// The CRLReason of an entry; 0 (unspecified) where it gives none.
static inline int weir_revoked_reason(const X509_REVOKED *entry) {
  ASN1_ENUMERATED *value = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
  long reason = value == NULL ? 0 : ASN1_ENUMERATED_get(value);
  ASN1_ENUMERATED_free(value);
  return (int)reason;
}

/// The number of a list; -1 where it has none that fits.
static inline int64_t weir_list_number(const X509_CRL *list) {
  ASN1_INTEGER *value = X509_CRL_get_ext_d2i(list, NID_crl_number, NULL, NULL);
  int64_t number = -1;
  if (value != NULL && ASN1_INTEGER_get_int64(&number, value) != 1) number = -1;
  ASN1_INTEGER_free(value);
  return number;
}

static inline int weir_list_set_number(X509_CRL *list, int64_t number) {
  ASN1_INTEGER *value = ASN1_INTEGER_new();
  int done = value != NULL && ASN1_INTEGER_set_int64(value, number) == 1 &&
             X509_CRL_add1_ext_i2d(list, NID_crl_number, value, 0, 0) == 1;
  ASN1_INTEGER_free(value);
  return done;
}

// MARK: Names

/// Writes the RFC 2253 text of a name, characters beyond ASCII kept as UTF-8; returns 1 when done.
static inline int weir_name_print(BIO *bio, const X509_NAME *name) {
  unsigned long flags = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;
  return X509_NAME_print_ex(bio, name, 0, flags) >= 0;
}
