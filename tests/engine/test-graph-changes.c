/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph-channel-fixture.h"

/* --- Parts --- */

typedef struct
{
  GString *content;
  gboolean is_complete;
  gboolean is_overrun;
  TernPartForm form;
} Got;

static void
part_cb (const TernPartRequest *request,
         const guint8 *bytes,
         gsize length,
         gboolean complete,
         gpointer user_data)
{
  Got *got = request->data;

  g_assert_false (got->is_complete);
  g_string_append_len (got->content, (const char *) bytes, (gssize) length);
  got->is_complete = complete;
  got->is_overrun = request->is_overrun;
  got->form = request->form;
}

static gboolean
fetch (Fixture *fixture, TernPartRequest request, Got *got, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  *got = (Got){ .content = g_string_new (NULL) };
  request.data = got;
  tern_channel_fetch_parts_async (fixture->channel, INBOX, &request, 1, TERN_URGENCY_USER, part_cb,
                                  NULL, NULL, done_cb, &result);
  return tern_channel_fetch_parts_finish (fixture->channel, wait_for (&result), error);
}

static void
assert_part (Fixture *fixture, TernPartRequest request, const char *expected, gboolean overrun)
{
  g_autoptr (GError) error = NULL;
  Got got;

  fetch (fixture, request, &got, &error);
  g_assert_no_error (error);
  g_assert_true (got.is_complete);
  g_assert_cmpstr (got.content->str, ==, expected);
  g_assert_cmpint (got.is_overrun, ==, overrun);
  g_string_free (got.content, TRUE);
}

static void
add_letter (Fixture *fixture)
{
  g_autoptr (GBytes) attachment = g_bytes_new_static ("0123456789", 10);

  tern_mock_graph_add_message (fixture->graph, "inbox",
                               &(TernMockGraphMessage){ .id = "A=",
                                                        .raw = "Subject: Hi\r\n\r\nHello\r\n",
                                                        .text = "Hello",
                                                        .attachment = attachment });
}

static void
test_parts (Fixture *fixture, gconstpointer unused)
{
  add_letter (fixture);
  assert_part (fixture, (TernPartRequest){ .remote_id = "graph:A=", .part_id = "" },
               "Subject: Hi\r\n\r\nHello\r\n", FALSE);
  assert_part (fixture, (TernPartRequest){ .remote_id = "graph:A=", .part_id = "1" }, "Hello\r\n",
               FALSE);
  assert_part (fixture, (TernPartRequest){ .remote_id = "graph:A=", .part_id = "body" },
               "<html><body><p>Hello</p></body></html>", FALSE);
  assert_part (fixture, (TernPartRequest){ .remote_id = "graph:A=", .part_id = "attachment=1" },
               "0123456789", FALSE);
}

static void
test_pieces (Fixture *fixture, gconstpointer unused)
{
  TernPartRequest request = { .remote_id = "graph:A=", .part_id = "attachment=1" };

  add_letter (fixture);
  for (guint i = 0; i < 2; i++)
    {
      gboolean ranges = i == 1;

      tern_mock_graph_set_ranges (fixture->graph, ranges);
      request.offset = 0;
      request.length = 4;
      assert_part (fixture, request, "0123", !ranges);
      request.offset = 4;
      assert_part (fixture, request, "4567", !ranges);
      request.length = 0;
      assert_part (fixture, request, "456789", !ranges);
      request.offset = 10;
      assert_part (fixture, request, "", !ranges);
    }
}

static void
test_missing_parts (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  Got got;

  add_letter (fixture);
  g_assert_false (
      fetch (fixture, (TernPartRequest){ .remote_id = "graph:B", .part_id = "" }, &got, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
  g_assert_false (got.is_complete);
  g_string_free (got.content, TRUE);
  g_clear_error (&error);
  g_assert_false (
      fetch (fixture, (TernPartRequest){ .remote_id = "5.7", .part_id = "" }, &got, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
  g_string_free (got.content, TRUE);
  g_clear_error (&error);
  g_assert_true (
      fetch (fixture, (TernPartRequest){ .remote_id = "graph:A=", .part_id = "7" }, &got, &error));
  g_assert_false (got.is_complete);
  g_string_free (got.content, TRUE);
}

/* --- Changes --- */

static const char *
get_name (const char *remote_id)
{
  return g_str_has_prefix (remote_id, "graph:") ? remote_id + strlen ("graph:") : remote_id;
}

static TernOutcome *
apply (Fixture *fixture, TernRemoteChange change, const char *ids, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) messages = g_ptr_array_new ();
  g_autoptr (GPtrArray) message_ids = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) list = g_strsplit (ids, " ", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_ptr_array_add (messages, list[i]);
      g_ptr_array_add (message_ids, g_strdup_printf ("<%s@example.com>", get_name (list[i])));
    }
  change.messages = messages;
  change.message_ids = message_ids;
  if (change.folder == NULL && change.kind != TERN_OPERATION_CREATE_FOLDER)
    change.folder = INBOX;
  tern_channel_apply_async (fixture->channel, &change, NULL, done_cb, &result);
  return tern_channel_apply_finish (fixture->channel, wait_for (&result), error);
}

static TernOutcome *
must_apply (Fixture *fixture, TernRemoteChange change, const char *ids)
{
  g_autoptr (GError) error = NULL;
  TernOutcome *outcome = apply (fixture, change, ids, &error);

  g_assert_no_error (error);
  return outcome;
}

static void
assert_state (Fixture *fixture, const char *id, const char *expected)
{
  g_autofree char *state = tern_mock_graph_describe (fixture->graph, id);

  g_assert_cmpstr (state, ==, expected);
}

static void
assert_refused (Fixture *fixture, TernRemoteChange change, const char *ids, TernError code)
{
  g_autoptr (GError) error = NULL;
  TernOutcome *outcome = apply (fixture, change, ids, &error);

  g_assert_null (outcome);
  g_assert_error (error, TERN_ERROR, (int) code);
}

static void
test_unsupported (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) letter = g_bytes_new_static ("A: b\r\n\r\n", 8);

  tern_mock_graph_add_letters (fixture->graph, "inbox", 1);
  assert_refused (fixture, (TernRemoteChange){ .kind = TERN_OPERATION_SUBSCRIBE }, "",
                  TERN_ERROR_UNSUPPORTED);
  assert_refused (fixture, (TernRemoteChange){ .kind = TERN_OPERATION_UNSUBSCRIBE }, "",
                  TERN_ERROR_UNSUPPORTED);
  assert_refused (fixture, (TernRemoteChange){ .kind = TERN_OPERATION_EXPUNGE }, "graph:message-1",
                  TERN_ERROR_UNSUPPORTED);
  assert_refused (fixture,
                  (TernRemoteChange){ .kind = TERN_OPERATION_FLAGS, .set = TERN_FLAGS_DELETED },
                  "graph:message-1", TERN_ERROR_UNSUPPORTED);
  assert_refused (fixture, (TernRemoteChange){ .kind = TERN_OPERATION_APPEND, .content = letter },
                  "", TERN_ERROR_UNSUPPORTED);
  assert_refused (fixture,
                  (TernRemoteChange){ .kind = TERN_OPERATION_FLAGS, .set = TERN_FLAGS_SEEN }, "1.5",
                  TERN_ERROR_INVALID);
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 0);
}

static void
test_flags (Fixture *fixture, gconstpointer unused)
{
  TernRemoteChange change = { .kind = TERN_OPERATION_FLAGS,
                              .set = TERN_FLAGS_SEEN | TERN_FLAGS_FLAGGED };
  g_autoptr (TernOutcome) first = NULL;
  g_autoptr (TernOutcome) second = NULL;

  tern_mock_graph_add_letters (fixture->graph, "inbox", 2);
  first = must_apply (fixture, change, "graph:message-1 graph:message-2 graph:gone");
  g_assert_cmpuint (first->refused->len, ==, 0);
  assert_state (fixture, "message-1", "id-inbox read flagged");
  g_assert_cmpuint (tern_mock_graph_count (fixture->graph, NULL), ==, 1);
  change = (TernRemoteChange){ .kind = TERN_OPERATION_FLAGS, .clear = TERN_FLAGS_SEEN };
  second = must_apply (fixture, change, "graph:message-1");
  assert_state (fixture, "message-1", "id-inbox flagged");
  assert_state (fixture, "message-2", "id-inbox read flagged");
}

static void
test_keywords (Fixture *fixture, gconstpointer unused)
{
  TernRemoteChange change = { .kind = TERN_OPERATION_FLAGS, .set_keywords = "Red_car work" };
  g_autoptr (TernOutcome) first = NULL;
  g_autoptr (TernOutcome) second = NULL;
  g_autoptr (GError) error = NULL;

  tern_mock_graph_add_message (fixture->graph, "inbox",
                               &(TernMockGraphMessage){ .id = "a", .category = "Red car" });
  tern_mock_graph_add_message (fixture->graph, "inbox",
                               &(TernMockGraphMessage){ .id = "b", .category = "Other" });
  sync_folder (fixture, INBOX, &error);
  g_assert_no_error (error);
  first = must_apply (fixture, change, "graph:a graph:b");
  assert_state (fixture, "a", "id-inbox [Red car] [work]");
  assert_state (fixture, "b", "id-inbox [Other] [Red car] [work]");
  change = (TernRemoteChange){ .kind = TERN_OPERATION_FLAGS, .clear_keywords = "Red_car" };
  second = must_apply (fixture, change, "graph:b");
  assert_state (fixture, "b", "id-inbox [Other] [work]");
}

static void
test_partial_failure (Fixture *fixture, gconstpointer unused)
{
  TernRemoteChange change = { .kind = TERN_OPERATION_FLAGS, .set = TERN_FLAGS_SEEN };
  g_autoptr (TernOutcome) outcome = NULL;

  tern_mock_graph_add_letters (fixture->graph, "inbox", 3);
  tern_mock_graph_fail (fixture->graph, "+ PATCH me/messages/message-2", 403, "ErrorAccessDenied",
                        NULL);
  outcome = must_apply (fixture, change, "graph:message-1 graph:message-2 graph:message-3");
  g_assert_cmpuint (outcome->refused->len, ==, 1);
  g_assert_cmpstr (outcome->refused->pdata[0], ==, "graph:message-2");
  g_assert_error (outcome->error, TERN_ERROR, TERN_ERROR_PERMISSION);
  assert_state (fixture, "message-3", "id-inbox read");
  tern_mock_graph_fail (fixture->graph, "PATCH me/messages/message-2", 403, "ErrorAccessDenied",
                        NULL);
  assert_refused (fixture, change, "graph:message-2", TERN_ERROR_PERMISSION);
}

static void
test_move (Fixture *fixture, gconstpointer unused)
{
  TernRemoteChange change = { .kind = TERN_OPERATION_MOVE,
                              .target = "graph:id-archive",
                              .set = TERN_FLAGS_SEEN | TERN_FLAGS_JUNK };
  g_autoptr (TernOutcome) outcome = NULL;

  tern_mock_graph_add_letters (fixture->graph, "inbox", 2);
  outcome = must_apply (fixture, change, "graph:message-1 graph:message-2 graph:gone");
  g_assert_cmpuint (g_hash_table_size (outcome->moved), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (outcome->moved, "graph:message-1"), ==, "graph:message-1");
  assert_state (fixture, "message-1", "id-archive read");
  change.target = "graph:no-such";
  change.set = 0;
  assert_refused (fixture, change, "graph:message-1", TERN_ERROR_GONE);
}

static void
test_delete (Fixture *fixture, gconstpointer unused)
{
  TernRemoteChange change = { .kind = TERN_OPERATION_DELETE };
  g_autoptr (TernOutcome) outcome = NULL;

  tern_mock_graph_add_letters (fixture->graph, "deleteditems", 2);
  change.folder = "graph:id-deleteditems";
  outcome = must_apply (fixture, change, "graph:message-1 graph:gone");
  assert_state (fixture, "message-1", NULL);
  g_assert_cmpuint (tern_mock_graph_count_messages (fixture->graph, "deleteditems"), ==, 1);
}

static void
test_copy (Fixture *fixture, gconstpointer unused)
{
  TernRemoteChange change = { .kind = TERN_OPERATION_COPY, .target = "graph:id-archive" };
  g_autoptr (TernOutcome) before = NULL;
  g_autoptr (TernOutcome) after = NULL;
  g_autoptr (GError) error = NULL;
  TernOutcome *lost;

  tern_mock_graph_add_message (
      fixture->graph, "archive",
      &(TernMockGraphMessage){ .id = "old", .message_id = "<message-2@example.com>" });
  tern_mock_graph_add_letters (fixture->graph, "inbox", 2);
  before = must_apply (fixture, change, "graph:message-2 graph:message-3");
  g_assert_cmpstr (before->step, ==, "before old");
  change.step = before->step;
  /* The server copies, and its answer is lost. */
  tern_mock_graph_drop (fixture->graph, "$batch");
  lost = apply (fixture, change, "graph:message-2 graph:message-3", &error);
  g_assert_null (lost);
  g_assert_true (tern_error_is_transport (error));
  g_assert_cmpuint (tern_mock_graph_count_messages (fixture->graph, "archive"), ==, 3);
  change.is_resumed = TRUE;
  after = must_apply (fixture, change, "graph:message-2 graph:message-3");
  g_assert_cmpuint (tern_mock_graph_count_messages (fixture->graph, "archive"), ==, 3);
  g_assert_cmpuint (g_hash_table_size (after->moved), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (after->moved, "graph:message-2"), !=, "graph:old");
}

static void
test_append (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) letter =
      g_bytes_new_static ("Message-ID: <new@example.com>\r\n\r\nHello\r\n", 40);
  TernRemoteChange change = { .kind = TERN_OPERATION_APPEND,
                              .folder = "graph:id-drafts",
                              .set = TERN_FLAGS_DRAFT,
                              .content = letter };
  g_autoptr (TernOutcome) before = NULL;
  g_autoptr (TernOutcome) after = NULL;
  g_autoptr (GError) error = NULL;
  TernOutcome *lost;

  before = must_apply (fixture, change, "graph:new");
  g_assert_cmpstr (before->step, ==, "before");
  change.step = before->step;
  tern_mock_graph_drop (fixture->graph, "POST me/mailFolders/id-drafts/messages");
  lost = apply (fixture, change, "graph:new", &error);
  g_assert_null (lost);
  change.is_resumed = TRUE;
  after = must_apply (fixture, change, "graph:new");
  g_assert_nonnull (after->created);
  g_assert_cmpuint (tern_mock_graph_count_messages (fixture->graph, "drafts"), ==, 1);
}

static void
assert_folder (Fixture *fixture, const char *id, const char *expected)
{
  g_autofree char *state = tern_mock_graph_describe_folder (fixture->graph, id + 6);

  g_assert_cmpstr (state, ==, expected);
}

static void
test_folders (Fixture *fixture, gconstpointer unused)
{
  TernRemoteChange change = { .kind = TERN_OPERATION_CREATE_FOLDER, .name = "Work" };
  g_autoptr (TernOutcome) made = must_apply (fixture, change, "");
  g_autoptr (TernOutcome) again = NULL;
  g_autoptr (TernOutcome) archive = NULL;
  g_autoptr (TernOutcome) renamed = NULL;
  g_autoptr (TernOutcome) back = NULL;
  g_autoptr (TernOutcome) deleted = NULL;

  assert_folder (fixture, made->created, "Work in id-root");
  assert_refused (fixture, change, "", TERN_ERROR_REFUSED);
  change.is_resumed = TRUE;
  again = must_apply (fixture, change, "");
  g_assert_cmpstr (again->created, ==, made->created);
  change = (TernRemoteChange){ .kind = TERN_OPERATION_CREATE_FOLDER,
                               .name = "Archive",
                               .role = TERN_FOLDER_ROLE_ARCHIVE };
  archive = must_apply (fixture, change, "");
  g_assert_cmpstr (archive->created, ==, "graph:id-archive");

  change = (TernRemoteChange){ .kind = TERN_OPERATION_RENAME_FOLDER,
                               .folder = made->created,
                               .name = "Home",
                               .parent = "graph:id-inbox" };
  renamed = must_apply (fixture, change, "");
  assert_folder (fixture, made->created, "Home in id-inbox");

  tern_mock_graph_add_letters (fixture->graph, made->created + 6, 1);
  change = (TernRemoteChange){ .kind = TERN_OPERATION_DELETE_FOLDER,
                               .folder = made->created,
                               .only_empty = TRUE };
  assert_refused (fixture, change, "", TERN_ERROR_REFUSED);
  change.only_empty = FALSE;
  deleted = must_apply (fixture, change, "");
  assert_folder (fixture, made->created, "Home in id-deleteditems");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what Graph cannot do is refused without a request", test_unsupported);
  ADD ("some of many messages can be refused", test_partial_failure);
  ADD ("a part that is missing is never complete", test_missing_parts);
  ADD ("parts come by their names", test_parts);
  ADD ("attachments come in pieces whether the server can or not", test_pieces);
  ADD ("flags are set and cleared", test_flags);
  ADD ("keywords are categories and others' are kept", test_keywords);
  ADD ("a move keeps ids and tells a target that is gone", test_move);
  ADD ("a removal is for good", test_delete);
  ADD ("a copy whose answer was lost is not made twice", test_copy);
  ADD ("a draft whose answer was lost is not there twice", test_append);
  ADD ("folders are made renamed and removed", test_folders);
  return g_test_run ();
}
