/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-fake-tokens.h"

#include "tern-error.h"

struct _TernFakeTokens
{
  GObject parent_instance;

  char *now;
  char *then;
  guint refused;
};

static void tern_fake_tokens_iface_init (TernGraphTokensInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernFakeTokens,
                               tern_fake_tokens,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_GRAPH_TOKENS,
                                                      tern_fake_tokens_iface_init))

static void
tern_fake_tokens_finalize (GObject *object)
{
  TernFakeTokens *self = TERN_FAKE_TOKENS (object);

  g_free (self->now);
  g_free (self->then);
  G_OBJECT_CLASS (tern_fake_tokens_parent_class)->finalize (object);
}

static void
tern_fake_tokens_class_init (TernFakeTokensClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_fake_tokens_finalize;
}

static void
tern_fake_tokens_init (TernFakeTokens *self)
{
  self->now = g_strdup ("token");
  self->then = g_strdup ("token");
}

static void
get_async (TernGraphTokens *tokens,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
  TernFakeTokens *self = TERN_FAKE_TOKENS (tokens);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (self->now != NULL)
    g_task_return_pointer (task, g_strdup (self->now), g_free);
  else
    g_task_return_new_error (task, TERN_ERROR, TERN_ERROR_AUTH, "sign in");
}

static char *
get_finish (TernGraphTokens *tokens, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
refuse (TernGraphTokens *tokens, const char *token)
{
  TernFakeTokens *self = TERN_FAKE_TOKENS (tokens);

  self->refused++;
  g_free (self->now);
  self->now = g_strdup (self->then);
}

static void
tern_fake_tokens_iface_init (TernGraphTokensInterface *iface)
{
  iface->get_async = get_async;
  iface->get_finish = get_finish;
  iface->refuse = refuse;
}

TernFakeTokens *
tern_fake_tokens_new (void)
{
  return g_object_new (TERN_TYPE_FAKE_TOKENS, NULL);
}

void
tern_fake_tokens_set (TernFakeTokens *self, const char *now, const char *then)
{
  g_free (self->now);
  g_free (self->then);
  self->now = g_strdup (now);
  self->then = g_strdup (then);
}

guint
tern_fake_tokens_count_refused (TernFakeTokens *self)
{
  return self->refused;
}
