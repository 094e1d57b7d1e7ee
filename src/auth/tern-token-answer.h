/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-token.h"

G_BEGIN_DECLS

#define TERN_TYPE_TOKEN_ANSWER (tern_token_answer_get_type ())

/**
 * TernTokenAnswer:
 * @token: (nullable): an access token; %NULL where there is none yet
 * @refresh: (nullable): what gets the next one; %NULL where the one before stays good
 *
 * What a sign-in yields. Immutable, reference-counted; may cross threads.
 */
typedef struct
{
  TernToken *token;
  const char *refresh;
} TernTokenAnswer;

GType tern_token_answer_get_type (void);
TernTokenAnswer *tern_token_answer_new (TernToken *token, const char *refresh);
TernTokenAnswer *tern_token_answer_ref (TernTokenAnswer *self);
void tern_token_answer_unref (TernTokenAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernTokenAnswer, tern_token_answer_unref)

G_END_DECLS
