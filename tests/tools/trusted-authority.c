/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Preloaded into a program, it has GnuTLS trust the certificates in the file that
 * TERN_TEST_AUTHORITY names, in place of the system's: a test's server can then be one that the
 * program trusts, and nothing of the system is changed for that.
 */
#include <dlfcn.h>
#include <stdlib.h>

/* As in gnutls/x509.h, which is not needed for more. */
#define FORMAT_PEM 1

typedef int (*AddFile) (void *list,
                        const char *authorities,
                        const char *revoked,
                        int format,
                        unsigned flags,
                        unsigned verify_flags);

int gnutls_x509_trust_list_add_system_trust (void *list, unsigned flags, unsigned verify_flags);

int
gnutls_x509_trust_list_add_system_trust (void *list, unsigned flags, unsigned verify_flags)
{
  /* Whoever calls this has it loaded, but perhaps for itself only. */
  void *library = dlopen ("libgnutls.so.30", RTLD_NOW | RTLD_NOLOAD);
  AddFile add_file = (AddFile) dlsym (library, "gnutls_x509_trust_list_add_trust_file");

  return add_file (list, getenv ("TERN_TEST_AUTHORITY"), NULL, FORMAT_PEM, flags, verify_flags);
}
