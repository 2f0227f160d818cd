// One operation with a key that stays inside a PKCS #11 module (v2.40): seal, open, or make it.
//
// Swift cannot well fill attribute templates of untyped pointers; all of that stays on this page. A session lasts one operation:
// keys change seldom, and a token that was taken out and put back is found again.

#ifndef WEIR_PKCS11_SHIM_H
#define WEIR_PKCS11_SHIM_H

#include <dlfcn.h>
#include <p11-kit-1/p11-kit/pkcs11.h>
#include <string.h>

enum weir_p11_operation { WEIR_P11_OPEN, WEIR_P11_SEAL, WEIR_P11_MAKE };

// Where an operation failed.
enum weir_p11_step {
  WEIR_P11_DONE,
  WEIR_P11_LOAD,
  WEIR_P11_INITIALIZE,
  WEIR_P11_TOKEN,
  WEIR_P11_SESSION,
  WEIR_P11_LOGIN,
  WEIR_P11_KEY,
  WEIR_P11_CIPHER,
};

struct weir_p11_place {
  const char *module;
  const char *token;
  const char *key;
  const char *pin;
};

struct weir_p11_bytes {
  const unsigned char *nonce;  // 12 bytes
  const unsigned char *input;
  unsigned long input_count;
  unsigned char *output;
  unsigned long output_count;  // in: room; out: written
};

static const unsigned char weir_p11_label[] = "weir-master-1";

// The slot whose token bears the label, which the standard pads with spaces to 32 bytes.
static inline CK_RV weir_p11_slot(CK_FUNCTION_LIST_PTR f, const char *label, CK_SLOT_ID *slot) {
  CK_SLOT_ID slots[64];
  CK_ULONG count = 64;
  CK_RV rv = f->C_GetSlotList(CK_TRUE, slots, &count);
  if (rv != CKR_OK) return rv;
  size_t length = strlen(label);
  for (CK_ULONG i = 0; i < count; i++) {
    CK_TOKEN_INFO info;
    if (length > sizeof info.label || f->C_GetTokenInfo(slots[i], &info) != CKR_OK) continue;
    unsigned char wanted[sizeof info.label];
    memset(wanted, ' ', sizeof wanted);
    memcpy(wanted, label, length);
    if (memcmp(wanted, info.label, sizeof wanted) == 0) {
      *slot = slots[i];
      return CKR_OK;
    }
  }
  return CKR_TOKEN_NOT_PRESENT;
}

static inline CK_RV weir_p11_find(
    CK_FUNCTION_LIST_PTR f, CK_SESSION_HANDLE session, const char *label, CK_OBJECT_HANDLE *key) {
  CK_OBJECT_CLASS class = CKO_SECRET_KEY;
  CK_KEY_TYPE type = CKK_AES;
  CK_ATTRIBUTE wanted[] = {
      {CKA_CLASS, &class, sizeof class},
      {CKA_KEY_TYPE, &type, sizeof type},
      {CKA_LABEL, (void *)label, strlen(label)},
  };
  CK_RV rv = f->C_FindObjectsInit(session, wanted, 3);
  if (rv != CKR_OK) return rv;
  CK_OBJECT_HANDLE found[2];
  CK_ULONG count = 0;
  rv = f->C_FindObjects(session, found, 2, &count);
  f->C_FindObjectsFinal(session);
  if (rv != CKR_OK) return rv;
  // Two of one name: which of them would it be?
  if (count != 1) return count == 0 ? CKR_KEY_HANDLE_INVALID : CKR_TEMPLATE_INCONSISTENT;
  *key = found[0];
  return CKR_OK;
}

// An AES-256 key that never leaves the token.
static inline CK_RV weir_p11_make(
    CK_FUNCTION_LIST_PTR f, CK_SESSION_HANDLE session, const char *label) {
  CK_OBJECT_HANDLE key;
  if (weir_p11_find(f, session, label, &key) != CKR_KEY_HANDLE_INVALID) {
    return CKR_TEMPLATE_INCONSISTENT;
  }
  CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
  CK_ULONG bytes = 32;
  CK_ATTRIBUTE template[] = {
      {CKA_TOKEN, &yes, sizeof yes},         {CKA_PRIVATE, &yes, sizeof yes},
      {CKA_SENSITIVE, &yes, sizeof yes},     {CKA_EXTRACTABLE, &no, sizeof no},
      {CKA_ENCRYPT, &yes, sizeof yes},       {CKA_DECRYPT, &yes, sizeof yes},
      {CKA_LABEL, (void *)label, strlen(label)}, {CKA_VALUE_LEN, &bytes, sizeof bytes},
  };
  CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
  return f->C_GenerateKey(session, &mechanism, template, 8, &key);
}

// AES-256-GCM inside the token.
static inline CK_RV weir_p11_cipher(
    CK_FUNCTION_LIST_PTR f, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, int seals,
    struct weir_p11_bytes *bytes) {
  CK_GCM_PARAMS params;
  memset(&params, 0, sizeof params);
  params.pIv = (CK_BYTE_PTR)bytes->nonce;
  params.ulIvLen = 12;
  params.ulIvBits = 96;
  params.pAAD = (CK_BYTE_PTR)weir_p11_label;
  params.ulAADLen = sizeof weir_p11_label - 1;
  params.ulTagBits = 128;
  CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof params};
  CK_RV rv = seals ? f->C_EncryptInit(session, &mechanism, key)
                   : f->C_DecryptInit(session, &mechanism, key);
  if (rv != CKR_OK) return rv;
  return seals ? f->C_Encrypt(session, (CK_BYTE_PTR)bytes->input, bytes->input_count,
                              bytes->output, &bytes->output_count)
               : f->C_Decrypt(session, (CK_BYTE_PTR)bytes->input, bytes->input_count,
                              bytes->output, &bytes->output_count);
}

// Does one operation; not from two threads at once.
static inline enum weir_p11_step weir_p11_run(
    const struct weir_p11_place *place, enum weir_p11_operation operation,
    struct weir_p11_bytes *bytes, unsigned long *result) {
  *result = CKR_OK;
  // Loaded once however often it is asked for; never unloaded, for threads of its own may run in it.
  void *library = dlopen(place->module, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == NULL) return WEIR_P11_LOAD;
  CK_RV (*list)(CK_FUNCTION_LIST_PTR_PTR);
  *(void **)&list = dlsym(library, "C_GetFunctionList");
  CK_FUNCTION_LIST_PTR f = NULL;
  if (list == NULL || list(&f) != CKR_OK || f == NULL) return WEIR_P11_LOAD;
  CK_C_INITIALIZE_ARGS arguments;
  memset(&arguments, 0, sizeof arguments);
  arguments.flags = CKF_OS_LOCKING_OK;
  *result = f->C_Initialize(&arguments);
  if (*result != CKR_OK && *result != CKR_CRYPTOKI_ALREADY_INITIALIZED) return WEIR_P11_INITIALIZE;
  CK_SLOT_ID slot;
  *result = weir_p11_slot(f, place->token, &slot);
  if (*result != CKR_OK) {
    // Some modules look for tokens at their initialization alone: the next try begins with it.
    f->C_Finalize(NULL);
    return WEIR_P11_TOKEN;
  }
  CK_SESSION_HANDLE session;
  CK_FLAGS flags = CKF_SERIAL_SESSION | (operation == WEIR_P11_MAKE ? CKF_RW_SESSION : 0);
  *result = f->C_OpenSession(slot, flags, NULL, NULL, &session);
  if (*result != CKR_OK) return WEIR_P11_SESSION;
  enum weir_p11_step step = WEIR_P11_LOGIN;
  *result = f->C_Login(session, CKU_USER, (CK_UTF8CHAR_PTR)place->pin, strlen(place->pin));
  if (*result == CKR_OK || *result == CKR_USER_ALREADY_LOGGED_IN) {
    if (operation == WEIR_P11_MAKE) {
      step = WEIR_P11_KEY;
      *result = weir_p11_make(f, session, place->key);
    } else {
      CK_OBJECT_HANDLE key;
      step = WEIR_P11_KEY;
      *result = weir_p11_find(f, session, place->key, &key);
      if (*result == CKR_OK) {
        step = WEIR_P11_CIPHER;
        *result = weir_p11_cipher(f, session, key, operation == WEIR_P11_SEAL, bytes);
      }
    }
    if (*result == CKR_OK) step = WEIR_P11_DONE;
  }
  // With its last session the token forgets the login, too.
  f->C_CloseSession(session);
  return step;
}

#endif
