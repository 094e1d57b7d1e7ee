/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-loopback.h"
#include "tern-sign-in.h"

G_BEGIN_DECLS

struct _TernSignIn
{
  GObject parent_instance;

  TernTokenClient *client;
  TernProvider *provider;
  char *client_id; /* (nullable) */
  char *email;     /* (nullable) */
  char *done;
  char *failed;
  guint second;          /* ms; tests shorten it */
  char *url;             /* for the user's browser */
  GCancellable *waiting; /* (nullable) */
  gint64 ends;           /* monotonic: a sign-in that nobody finished */

  TernLoopback *loopback;
  char *state;
  char *verifier; /* RFC 7636 */
  char *redirect;

  char *code; /* (nullable): for the user to type */
  char *device_code;
  guint interval; /* seconds between two questions */
};

void tern_sign_in_run_browser (GTask *task);
void tern_sign_in_run_device (GTask *task);
void tern_sign_in_return_error (GTask *task, GError *error);
gboolean tern_sign_in_check (TernSignIn *self, const char *address, GError **error);

G_END_DECLS
