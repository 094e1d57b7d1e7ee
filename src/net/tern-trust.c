/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-trust.h"

/**
 * TernTrust:
 *
 * The certificates that the user trusts beside the system's authorities. Each is one server's own
 * certificate, known by its fingerprint, for one host and port: what is trusted there says nothing
 * about any other place.
 */
struct _TernTrust
{
  GObject parent_instance;

  GHashTable *keys; /* set of char * made by make_key() */
};

G_DEFINE_FINAL_TYPE (TernTrust, tern_trust, G_TYPE_OBJECT)

static void
tern_trust_finalize (GObject *object)
{
  TernTrust *self = TERN_TRUST (object);

  g_hash_table_unref (self->keys);
  G_OBJECT_CLASS (tern_trust_parent_class)->finalize (object);
}

static void
tern_trust_class_init (TernTrustClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_trust_finalize;
}

static void
tern_trust_init (TernTrust *self)
{
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * tern_trust_new:
 *
 * Makes a set that trusts nothing.
 *
 * Returns: (transfer full): a new set
 */
TernTrust *
tern_trust_new (void)
{
  return g_object_new (TERN_TYPE_TRUST, NULL);
}

static char *
make_key (const char *host, guint16 port, const char *fingerprint)
{
  g_autofree char *key = g_strdup_printf ("%s/%u/%s", host, port, fingerprint);

  return g_ascii_strdown (key, -1);
}

/**
 * tern_trust_add:
 * @self: the set
 * @host: the endpoint's host
 * @port: its port
 * @fingerprint: the SHA-256 of the certificate in DER, 64 hexadecimal digits
 *
 * Trusts a certificate for one host and port from the next handshake on.
 */
void
tern_trust_add (TernTrust *self, const char *host, guint16 port, const char *fingerprint)
{
  g_return_if_fail (TERN_IS_TRUST (self));
  g_return_if_fail (host != NULL && fingerprint != NULL);

  g_hash_table_add (self->keys, make_key (host, port, fingerprint));
}

/**
 * tern_trust_contains:
 * @self: the set
 * @host: the endpoint's host
 * @port: its port
 * @fingerprint: as for tern_trust_add()
 *
 * Returns: whether the user trusts this certificate for this host and port
 */
gboolean
tern_trust_contains (TernTrust *self, const char *host, guint16 port, const char *fingerprint)
{
  g_autofree char *key = NULL;

  g_return_val_if_fail (TERN_IS_TRUST (self), FALSE);

  key = make_key (host, port, fingerprint);
  return g_hash_table_contains (self->keys, key);
}

/**
 * tern_trust_fingerprint:
 * @certificate: a certificate
 *
 * Computes what a certificate is known by.
 *
 * Returns: (transfer full): the SHA-256 of its DER form, 64 lower-case hexadecimal digits
 */
char *
tern_trust_fingerprint (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;

  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  g_object_get (certificate, "certificate", &der, NULL);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
}
