/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <string.h>

#include "tern-error.h"
#include "tern-fake-tokens.h"
#include "tern-graph-channel-private.h"
#include "tern-mock-graph.h"
#include "tern-recording-sink.h"

/* A channel with a mock Graph. */
typedef struct
{
  TernMockGraph *graph;
  TernFakeTokens *tokens;
  TernChannel *channel;
  TernRecordingSink *sink;
} Fixture;

static inline void
fixture_set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (TernAccount) account =
      tern_account_new (7, NULL, "ana@example.org", "Ana", "ana@example.org", none);
  g_autofree char *base = NULL;
  g_autoptr (GError) error = NULL;
  TernGraphChannel *channel;

  fixture->graph = tern_mock_graph_new ();
  fixture->tokens = tern_fake_tokens_new ();
  base = tern_mock_graph_dup_base (fixture->graph);
  channel = tern_graph_channel_new (account, base, TERN_GRAPH_TOKENS (fixture->tokens), &error);
  g_assert_no_error (error);
  tern_graph_session_set_second (channel->session, 1);
  fixture->channel = TERN_CHANNEL (channel);
  fixture->sink = tern_recording_sink_new ();
}

static inline void
fixture_tear_down (Fixture *fixture, gconstpointer unused)
{
  tern_channel_close (fixture->channel);
  g_object_add_weak_pointer (G_OBJECT (fixture->channel), (gpointer *) &fixture->channel);
  g_object_unref (fixture->channel);
  while (fixture->channel != NULL)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&fixture->sink);
  g_clear_object (&fixture->tokens);
  g_clear_object (&fixture->graph);
}

static inline void
done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static inline GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static inline gboolean
sync_folder (Fixture *fixture, const char *folder, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_channel_sync_folder_async (
      fixture->channel, folder, tern_recording_sink_get_state (fixture->sink),
      TERN_SINK (fixture->sink), TERN_URGENCY_USER, NULL, done_cb, &result);
  return tern_channel_sync_folder_finish (fixture->channel, wait_for (&result), error);
}

#define INBOX "graph:id-inbox"
#define ADD(name_, func_)                                                                          \
  g_test_add ("/graph/" name_, Fixture, NULL, fixture_set_up, func_, fixture_tear_down)
