/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define TERN_TYPE_SIGN_IN_OFFER (tern_sign_in_offer_get_type ())

/**
 * TernSignInOffer:
 * @id: its number with the engine
 * @provider: what people call the provider
 * @url: what to open in a browser
 * @code: (nullable): what to type in there; %NULL for nothing
 *
 * A sign-in with a provider that has begun and waits for the user. Immutable, reference-counted;
 * may cross threads.
 */
typedef struct
{
  guint id;
  const char *provider;
  const char *url;
  const char *code;
} TernSignInOffer;

GType tern_sign_in_offer_get_type (void);
TernSignInOffer *
tern_sign_in_offer_new (guint id, const char *provider, const char *url, const char *code);
TernSignInOffer *tern_sign_in_offer_ref (TernSignInOffer *self);
void tern_sign_in_offer_unref (TernSignInOffer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernSignInOffer, tern_sign_in_offer_unref)

G_END_DECLS
