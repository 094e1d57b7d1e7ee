/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-letter-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "tern-error.h"
#include "tern-letter-attachments.h"
#include "tern-letter-code.h"
#include "tern-letter-header.h"
#include "tern-letter-text.h"
#include "tern-letter-web.h"
#include "tern-trace.h"
#include "tern-ui-error.h"
#include "tern-ui-format.h"

/* How long nothing is shown before a spinner says that something is coming: most letters are there
 * sooner, and a spinner that flashes makes them seem slow. */
#define PATIENCE_MS 400
#define ZOOM_STEP 1.1
#define MIN_ZOOM 0.5
#define MAX_ZOOM 3.0

struct _TernLetterView
{
  GtkWidget parent_instance;

  TernEngine *engine;
  TernMessage *message; /* that is open */
  TernLetter *letter;   /* %NULL until it has arrived */
  GCancellable *cancellable;
  guint patience_id;
  const char *page; /* of the body, shown now; NULL at first */
  double zoom;

  GtkWidget *scroller;
  GtkWidget *subject;
  GtkWidget *card;
  GtkWidget *header;
  GtkWidget *code;
  GtkWidget *note;
  GtkWidget *body;
  GtkWidget *text;
  GtkWidget *web;
  GtkWidget *trouble;
  GtkWidget *retry;
  GtkWidget *attachments;
};

G_DEFINE_FINAL_TYPE (TernLetterView, tern_letter_view, GTK_TYPE_WIDGET)

/* Shows one of the body's pages. HTML scrolls in its own view, so its card takes the height that
 * there is; all else scrolls with the card. */
static void
show_body (TernLetterView *self, const char *page)
{
  gboolean fills = g_str_equal (page, "web");

  /* No GtkStack: one whose pages differ in height asks for the width of a text's longest line. */
  for (GtkWidget *child = gtk_widget_get_first_child (self->body); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    gtk_widget_set_visible (child, g_str_equal (gtk_widget_get_name (child), page));
  self->page = page;
  gtk_widget_set_vexpand (self->card, fills);
}

static gboolean
patience_cb (gpointer user_data)
{
  TernLetterView *self = user_data;

  self->patience_id = 0;
  show_body (self, "waiting");
  return G_SOURCE_REMOVE;
}

static void
stop_loading (TernLetterView *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->patience_id, g_source_remove);
}

static char *
find_own_address (TernLetterView *self, gint64 account_id)
{
  g_autoptr (GPtrArray) accounts = NULL;

  if (self->engine != NULL)
    accounts = tern_engine_read_accounts (self->engine, NULL);
  for (guint i = 0; accounts != NULL && i < accounts->len; i++)
    {
      const TernAccount *account = g_ptr_array_index (accounts, i);

      if (account->id == account_id)
        return g_strdup (account->email);
    }
  return NULL;
}

static void
show_header (TernLetterView *self, TernMessage *message)
{
  g_autofree char *own_address = find_own_address (self, message->account_id);

  gtk_label_set_label (GTK_LABEL (self->subject), tern_format_subject (message));
  tern_letter_header_set_message (TERN_LETTER_HEADER (self->header), message, own_address);
  tern_letter_code_set_message (TERN_LETTER_CODE (self->code), message);
}

static void
show_text (TernLetterView *self, TernLetter *letter)
{
  const TernStructure *structure = letter->message->structure;
  const TernStructure *part =
      structure != NULL ? tern_structure_find_text (structure, "text/plain") : NULL;

  tern_letter_text_set_text (TERN_LETTER_TEXT (self->text), letter->text,
                             part != NULL && part->is_flowed);
  show_body (self, "text");
  tern_trace ("ui.message", TERN_TRACE_INT ("shown", 1));
}

static void
show_html (TernLetterView *self, TernLetter *letter, gboolean allow_remote)
{
  tern_letter_web_show (TERN_LETTER_WEB (self->web), self->engine, letter, allow_remote);
  show_body (self, "web");
}

static void
left_out_cb (TernLetterView *self)
{
  guint left_out;

  g_object_get (self->web, "left-out", &left_out, NULL);
  gtk_widget_set_visible (self->note, left_out > 0);
}

/**
 * tern_letter_view_show_letter:
 * @self: the view
 * @letter: a letter whose text is known
 *
 * Shows a letter: its HTML where it has one, without anything that is not in the letter itself,
 * else its plain text, for which no web process is needed.
 */
void
tern_letter_view_show_letter (TernLetterView *self, TernLetter *letter)
{
  TernLetter *old = self->letter;

  stop_loading (self);
  self->letter = tern_letter_ref (letter);
  g_clear_pointer (&old, tern_letter_unref);
  show_header (self, letter->message);
  gtk_widget_set_visible (self->note, FALSE);
  if (letter->html == NULL)
    tern_letter_web_clear (TERN_LETTER_WEB (self->web));
  if (letter->html != NULL)
    show_html (self, letter, FALSE);
  else if (letter->text != NULL && *letter->text != '\0')
    show_text (self, letter);
  else
    show_body (self, "empty");
  tern_letter_attachments_set_letter (TERN_LETTER_ATTACHMENTS (self->attachments), self->engine,
                                      letter);
}

/**
 * tern_letter_view_allow_remote:
 * @self: the view
 *
 * Shows the open letter with its pictures from elsewhere, until another one is opened.
 */
void
tern_letter_view_allow_remote (TernLetterView *self)
{
  if (self->letter != NULL && self->letter->html != NULL)
    show_html (self, self->letter, TRUE);
}

static void
show_trouble (TernLetterView *self, const GError *error)
{
  AdwStatusPage *page = ADW_STATUS_PAGE (self->trouble);
  gboolean gone = g_error_matches (error, TERN_ERROR, TERN_ERROR_GONE);
  g_autofree char *sentence = tern_error_to_sentence (error, NULL);
  g_autofree char *escaped = g_markup_escape_text (sentence, -1);

  gtk_widget_set_visible (self->retry, !gone);
  if (gone)
    {
      adw_status_page_set_title (page, _ ("This letter is gone"));
      adw_status_page_set_description (page, _ ("It was moved or deleted in another program."));
    }
  else if (tern_error_is_transport (error))
    {
      adw_status_page_set_title (page, _ ("Not downloaded yet"));
      adw_status_page_set_description (
          page, _ ("The server can’t be reached now. The letter is safe there."));
    }
  else
    {
      adw_status_page_set_title (page, _ ("Couldn’t open this letter"));
      adw_status_page_set_description (page, escaped);
    }
  show_body (self, "trouble");
}

/* One try at getting the open letter. */
typedef struct
{
  TernLetterView *self;
  GCancellable *cancellable;
} Opening;

static void
opening_free (Opening *opening)
{
  g_object_unref (opening->self);
  g_object_unref (opening->cancellable);
  g_free (opening);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opening, opening_free)

static void
open_letter_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Opening) opening = user_data;
  TernLetterView *self = opening->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernLetter) letter =
      tern_engine_open_letter_finish (TERN_ENGINE (object), result, &error);

  /* An answer may have been on its way already when the reader went to another letter. */
  if (g_cancellable_is_cancelled (opening->cancellable))
    return;
  stop_loading (self);
  if (letter != NULL)
    tern_letter_view_show_letter (self, letter);
  else
    show_trouble (self, error);
}

static void
load_letter (TernLetterView *self)
{
  Opening *opening = g_new0 (Opening, 1);

  stop_loading (self);
  show_body (self, "blank");
  self->cancellable = g_cancellable_new ();
  self->patience_id = g_timeout_add (PATIENCE_MS, patience_cb, self);
  opening->self = g_object_ref (self);
  opening->cancellable = g_object_ref (self->cancellable);
  tern_engine_open_letter_async (self->engine, self->message->id, TERN_FETCH_VALIDATE,
                                 self->cancellable, open_letter_cb, opening);
}

static void
close_letter (TernLetterView *self)
{
  stop_loading (self);
  g_clear_pointer (&self->message, tern_message_unref);
  g_clear_pointer (&self->letter, tern_letter_unref);
  gtk_widget_set_visible (self->note, FALSE);
  tern_letter_web_clear (TERN_LETTER_WEB (self->web));
  tern_letter_attachments_set_letter (TERN_LETTER_ATTACHMENTS (self->attachments), NULL, NULL);
}

/**
 * tern_letter_view_open:
 * @self: the view, set up
 * @message: (nullable): the message to read; %NULL for none
 *
 * Opens a letter: its header at once, its text from the cache or from the server. What was open
 * before is let go. The same message again is not loaded again.
 */
void
tern_letter_view_open (TernLetterView *self, TernMessage *message)
{
  GtkAdjustment *adjustment =
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));

  if (message != NULL && self->message != NULL && message->id == self->message->id)
    return;
  close_letter (self);
  if (message == NULL)
    return;
  self->message = tern_message_ref (message);
  show_header (self, message);
  gtk_adjustment_set_value (adjustment, 0);
  load_letter (self);
}

/**
 * tern_letter_view_update:
 * @self: the view
 * @message: another state of the message that is open; another message is ignored
 *
 * Shows what has changed around the letter's text: its tags, and the code that was found in it.
 */
void
tern_letter_view_update (TernLetterView *self, TernMessage *message)
{
  if (self->message == NULL || self->message->id != message->id)
    return;
  tern_letter_header_set_tags (TERN_LETTER_HEADER (self->header), message);
  tern_letter_code_set_message (TERN_LETTER_CODE (self->code), message);
}

/**
 * tern_letter_view_set_up:
 * @self: the view
 * @engine: where letters come from
 *
 * Gives the view its engine; to be called once.
 */
void
tern_letter_view_set_up (TernLetterView *self, TernEngine *engine)
{
  g_set_object (&self->engine, engine);
}

/**
 * tern_letter_view_warm_up:
 * @self: the view
 *
 * Starts what shows HTML, so that the first such letter need not wait. Call it when the list has
 * been painted.
 */
void
tern_letter_view_warm_up (TernLetterView *self)
{
  tern_letter_web_warm_up (TERN_LETTER_WEB (self->web));
}

static void
zoom_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  TernLetterView *self = TERN_LETTER_VIEW (widget);

  if (g_str_equal (action, "letter.zoom-in"))
    self->zoom = MIN (self->zoom * ZOOM_STEP, MAX_ZOOM);
  else if (g_str_equal (action, "letter.zoom-out"))
    self->zoom = MAX (self->zoom / ZOOM_STEP, MIN_ZOOM);
  else
    self->zoom = 1;
  tern_letter_text_set_zoom (TERN_LETTER_TEXT (self->text), self->zoom);
  tern_letter_web_set_zoom (TERN_LETTER_WEB (self->web), self->zoom);
}

/* Focus that comes from elsewhere goes where the keys scroll, and not to the subject, whose text it
 * would select. */
static gboolean
tern_letter_view_focus (GtkWidget *widget, GtkDirectionType direction)
{
  TernLetterView *self = TERN_LETTER_VIEW (widget);

  if (gtk_widget_get_focus_child (widget) == NULL && self->message != NULL)
    return gtk_widget_grab_focus (widget);
  return GTK_WIDGET_CLASS (tern_letter_view_parent_class)->focus (widget, direction);
}

static gboolean
tern_letter_view_grab_focus (GtkWidget *widget)
{
  TernLetterView *self = TERN_LETTER_VIEW (widget);

  if (g_strcmp0 (self->page, "web") == 0)
    return gtk_widget_child_focus (self->web, GTK_DIR_TAB_FORWARD);
  return gtk_widget_grab_focus (self->scroller);
}

static void
tern_letter_view_dispose (GObject *object)
{
  TernLetterView *self = TERN_LETTER_VIEW (object);

  stop_loading (self);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->message, tern_message_unref);
  g_clear_pointer (&self->letter, tern_letter_unref);
  gtk_widget_dispose_template (GTK_WIDGET (object), TERN_TYPE_LETTER_VIEW);
  G_OBJECT_CLASS (tern_letter_view_parent_class)->dispose (object);
}

static void
add_zoom_keys (GtkWidgetClass *widget_class)
{
  const struct
  {
    guint key;
    const char *action;
  } keys[] = {
    { GDK_KEY_plus, "letter.zoom-in" },         { GDK_KEY_equal, "letter.zoom-in" },
    { GDK_KEY_KP_Add, "letter.zoom-in" },       { GDK_KEY_minus, "letter.zoom-out" },
    { GDK_KEY_KP_Subtract, "letter.zoom-out" }, { GDK_KEY_0, "letter.zoom-normal" },
    { GDK_KEY_KP_0, "letter.zoom-normal" },
  };

  gtk_widget_class_install_action (widget_class, "letter.zoom-in", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "letter.zoom-out", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "letter.zoom-normal", NULL, zoom_cb);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, GDK_CONTROL_MASK,
                                         keys[i].action, NULL);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, TernLetterView, child)

static void
tern_letter_view_class_init (TernLetterViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tern_letter_view_dispose;
  widget_class->focus = tern_letter_view_focus;
  widget_class->grab_focus = tern_letter_view_grab_focus;

  g_type_ensure (TERN_TYPE_LETTER_ATTACHMENTS);
  g_type_ensure (TERN_TYPE_LETTER_CODE);
  g_type_ensure (TERN_TYPE_LETTER_HEADER);
  g_type_ensure (TERN_TYPE_LETTER_TEXT);
  g_type_ensure (TERN_TYPE_LETTER_WEB);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/ternmail/Tern/tern-letter-view.ui");
  BIND (scroller);
  BIND (subject);
  BIND (card);
  BIND (header);
  BIND (code);
  BIND (note);
  BIND (body);
  BIND (text);
  BIND (web);
  BIND (trouble);
  BIND (retry);
  BIND (attachments);
  gtk_widget_class_bind_template_callback (widget_class, tern_letter_view_allow_remote);
  gtk_widget_class_bind_template_callback (widget_class, load_letter);
  add_zoom_keys (widget_class);
}

static void
tern_letter_view_init (TernLetterView *self)
{
  self->zoom = 1;
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->web, "notify::left-out", G_CALLBACK (left_out_cb), self,
                           G_CONNECT_SWAPPED);
}
