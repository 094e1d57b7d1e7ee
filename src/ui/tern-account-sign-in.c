/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-account-sign-in.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "tern-browser-sign-in.h"
#include "tern-error.h"
#include "tern-ui-error.h"

typedef struct
{
  TernEngine *engine;
  TernAccount *account;
  GtkWindow *parent;
  GtkWidget *entry;  /* of the dialog that asks for a password */
  char *fingerprint; /* of the one that asks for trust */
} Question;

static Question *
question_new (GtkWindow *parent, TernEngine *engine, TernAccount *account)
{
  Question *question = g_new0 (Question, 1);

  question->engine = g_object_ref (engine);
  question->account = tern_account_ref (account);
  question->parent = g_object_ref (parent);
  return question;
}

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;

  g_object_unref (question->engine);
  tern_account_unref (question->account);
  g_object_unref (question->parent);
  g_free (question->fingerprint);
  g_free (question);
}

static AdwMessageDialog *
dialog_new (Question *question,
            const char *heading,
            const char *body,
            const char *answer,
            AdwResponseAppearance appearance)
{
  AdwMessageDialog *dialog =
      ADW_MESSAGE_DIALOG (adw_message_dialog_new (question->parent, heading, body));

  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "answer", answer, NULL);
  adw_message_dialog_set_response_appearance (dialog, "answer", appearance);
  adw_message_dialog_set_close_response (dialog, "cancel");
  return dialog;
}

static void
say_error (GtkWindow *parent, const GError *error, const char *server)
{
  g_autofree char *sentence = tern_error_to_sentence (error, server);
  GtkWidget *dialog = adw_message_dialog_new (parent, _ ("This did not work"), sentence);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static const char *
server_of (TernAccount *account)
{
  return account->imap->len > 0 ? ((TernEndpoint *) g_ptr_array_index (account->imap, 0))->host
                                : NULL;
}

/* What follows from a wrong password or an untrusted server is told by the account's status; here
 * only what it cannot tell, such as a keyring that does not take the password. */
static void
answered (GtkWindow *parent, gboolean done, const GError *error)
{
  if (!done && error->domain == TERN_ERROR &&
      (error->code == TERN_ERROR_SECRET || error->code == TERN_ERROR_STORAGE))
    say_error (parent, error, NULL);
}

static void
set_password_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWindow) parent = user_data;
  g_autoptr (GError) error = NULL;

  answered (parent, tern_engine_set_password_finish (TERN_ENGINE (object), result, &error), error);
}

static void
password_response_cb (AdwMessageDialog *dialog, const char *response, Question *question)
{
  if (g_strcmp0 (response, "answer") == 0)
    tern_engine_set_password_async (question->engine, question->account->id,
                                    gtk_editable_get_text (GTK_EDITABLE (question->entry)), NULL,
                                    set_password_cb, g_object_ref (question->parent));
}

static void
password_changed_cb (GtkEditable *entry, AdwMessageDialog *dialog)
{
  adw_message_dialog_set_response_enabled (dialog, "answer",
                                           *gtk_editable_get_text (entry) != '\0');
}

/* Asks for the password, and signs in with it. */
static void
ask_password (GtkWindow *parent, TernEngine *engine, TernAccount *account)
{
  Question *question = question_new (parent, engine, account);
  g_autofree char *body =
      /* Translators: a server's name, then a user's. */
      g_strdup_printf (_ ("%s wants the password of %s."), server_of (account), account->user);
  AdwMessageDialog *dialog =
      dialog_new (question, _ ("Sign in"), body, _ ("_Sign in"), ADW_RESPONSE_SUGGESTED);
  GtkWidget *list = gtk_list_box_new ();

  question->entry = adw_password_entry_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (question->entry), _ ("Password"));
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), question->entry);
  adw_message_dialog_set_extra_child (dialog, list);
  adw_message_dialog_set_response_enabled (dialog, "answer", FALSE);
  adw_message_dialog_set_default_response (dialog, "answer");
  adw_entry_row_set_activates_default (ADW_ENTRY_ROW (question->entry), TRUE);

  g_signal_connect (question->entry, "changed", G_CALLBACK (password_changed_cb), dialog);
  g_signal_connect_data (dialog, "response", G_CALLBACK (password_response_cb), question,
                         question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (question->entry);
}

static void
signed_in_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWindow) parent = user_data;
  g_autoptr (GError) error = NULL;

  if (!tern_browser_sign_in_finish (result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    say_error (parent, error, NULL);
}

/**
 * tern_account_sign_in:
 * @parent: the window
 * @engine: the engine
 * @account: the account that needs a new sign-in
 *
 * Asks for the password, or opens the page of the account's provider in the browser. Another page
 * that was opened before is not waited for any more.
 */
void
tern_account_sign_in (GtkWindow *parent, TernEngine *engine, TernAccount *account)
{
  GCancellable *before = g_object_get_data (G_OBJECT (parent), "tern-sign-in");
  GCancellable *cancellable;

  if (account->provider == NULL)
    {
      ask_password (parent, engine, account);
      return;
    }
  if (before != NULL)
    g_cancellable_cancel (before);
  cancellable = g_cancellable_new ();
  g_object_set_data_full (G_OBJECT (parent), "tern-sign-in", cancellable, g_object_unref);
  tern_browser_sign_in_async (parent, engine, account, NULL, cancellable, signed_in_cb,
                              g_object_ref (parent));
}

static void
trust_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWindow) parent = user_data;
  g_autoptr (GError) error = NULL;

  answered (parent, tern_engine_trust_finish (TERN_ENGINE (object), result, &error), error);
}

static void
trust_response_cb (AdwMessageDialog *dialog, const char *response, Question *question)
{
  if (g_strcmp0 (response, "answer") == 0)
    tern_engine_trust_async (question->engine, question->account->id, question->fingerprint, NULL,
                             trust_cb, g_object_ref (question->parent));
}

/**
 * tern_account_ask_trust:
 * @parent: the window
 * @engine: the engine
 * @account: the account whose server is not trusted
 * @error: the error that carries the fingerprint
 *
 * Shows the fingerprint of the server's certificate, and trusts it where the user says so.
 */
void
tern_account_ask_trust (GtkWindow *parent,
                        TernEngine *engine,
                        TernAccount *account,
                        const GError *error)
{
  const char *fingerprint = tern_error_get_detail (error);
  g_autofree char *text = NULL;
  AdwMessageDialog *dialog;
  Question *question;
  GtkWidget *label;

  if (fingerprint == NULL)
    {
      say_error (parent, error, server_of (account));
      return;
    }
  question = question_new (parent, engine, account);
  question->fingerprint = g_strdup (fingerprint);
  dialog =
      dialog_new (question, _ ("Trust this server?"),
                  _ ("Its certificate was not issued by an authority that this computer knows. "
                     "Trust it only if the fingerprint is the one that your provider gives."),
                  _ ("_Trust"), ADW_RESPONSE_DESTRUCTIVE);
  text = tern_fingerprint_to_text (fingerprint);
  label = gtk_label_new (text);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (label, "fingerprint");
  adw_message_dialog_set_extra_child (dialog, label);
  adw_message_dialog_set_default_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (trust_response_cb), question,
                         question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/**
 * tern_account_settle:
 * @parent: the window
 * @engine: the engine
 * @account: an account
 * @status: how it is doing
 *
 * Asks what the account needs of the user: a new sign-in, or trust in its server.
 *
 * Returns: whether there is anything to ask; where there is not, trying again is all that helps
 */
gboolean
tern_account_settle (GtkWindow *parent,
                     TernEngine *engine,
                     TernAccount *account,
                     const TernStatus *status)
{
  if (status->state == TERN_ACCOUNT_STATE_SIGN_IN)
    tern_account_sign_in (parent, engine, account);
  else if (status->state == TERN_ACCOUNT_STATE_CERTIFICATE && status->error != NULL)
    tern_account_ask_trust (parent, engine, account, status->error);
  else
    return FALSE;
  return TRUE;
}

static void
remove_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWindow) parent = user_data;
  g_autoptr (GError) error = NULL;

  if (!tern_engine_remove_account_finish (TERN_ENGINE (object), result, &error))
    say_error (parent, error, NULL);
}

static void
remove_response_cb (AdwMessageDialog *dialog, const char *response, Question *question)
{
  if (g_strcmp0 (response, "answer") == 0)
    tern_engine_remove_account_async (question->engine, question->account->id, NULL, remove_cb,
                                      g_object_ref (question->parent));
}

/**
 * tern_account_ask_remove:
 * @parent: the window
 * @engine: the engine
 * @account: the account
 *
 * Asks whether the account shall go, and removes it from this computer.
 */
void
tern_account_ask_remove (GtkWindow *parent, TernEngine *engine, TernAccount *account)
{
  Question *question = question_new (parent, engine, account);
  g_autofree char *heading = g_strdup_printf (_ ("Remove %s?"), account->email);
  AdwMessageDialog *dialog =
      dialog_new (question, heading,
                  _ ("Its mail and its password are removed from this computer. "
                     "The mail on the server stays."),
                  _ ("_Remove"), ADW_RESPONSE_DESTRUCTIVE);

  adw_message_dialog_set_default_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (remove_response_cb), question,
                         question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}
