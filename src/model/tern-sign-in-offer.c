/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-sign-in-offer.h"

G_DEFINE_BOXED_TYPE (TernSignInOffer,
                     tern_sign_in_offer,
                     tern_sign_in_offer_ref,
                     tern_sign_in_offer_unref)

/**
 * tern_sign_in_offer_new:
 * @id: its number with the engine
 * @provider: what people call the provider
 * @url: what to open in a browser
 * @code: (nullable): what to type in there
 *
 * Returns: (transfer full): a new offer
 */
TernSignInOffer *
tern_sign_in_offer_new (guint id, const char *provider, const char *url, const char *code)
{
  TernSignInOffer *self = g_atomic_rc_box_new0 (TernSignInOffer);

  self->id = id;
  self->provider = g_strdup (provider);
  self->url = g_strdup (url);
  self->code = g_strdup (code);
  return self;
}

/**
 * tern_sign_in_offer_ref:
 * @self: an offer
 *
 * Returns: (transfer full): @self
 */
TernSignInOffer *
tern_sign_in_offer_ref (TernSignInOffer *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
offer_clear (gpointer data)
{
  TernSignInOffer *self = data;

  g_free ((char *) self->provider);
  g_free ((char *) self->url);
  g_free ((char *) self->code);
}

/**
 * tern_sign_in_offer_unref:
 * @self: (transfer full): an offer
 *
 * Gives up a reference.
 */
void
tern_sign_in_offer_unref (TernSignInOffer *self)
{
  g_atomic_rc_box_release_full (self, offer_clear);
}
