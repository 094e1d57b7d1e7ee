/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-structure.h"

#include <string.h>

static TernStructure *
leaf (const char *part_id, const char *type)
{
  return tern_structure_new (part_id, type);
}

/* multipart/mixed (multipart/related (text/html, image/png), application/pdf,
 * message/rfc822 (text/plain)) */
static TernStructure *
make_tree (void)
{
  TernStructure *root = leaf ("", "Multipart/Mixed");
  TernStructure *related = leaf ("1", "multipart/related");
  TernStructure *html = leaf ("1.1", "text/html");
  TernStructure *picture = leaf ("1.2", "image/png");
  TernStructure *pdf = leaf ("2", "application/pdf");
  TernStructure *enclosed = leaf ("3", "message/rfc822");

  html->charset = g_strdup ("utf-8");
  html->encoding = TERN_ENCODING_QUOTED_PRINTABLE;
  html->size = G_MAXUINT64;
  picture->content_id = g_strdup ("logo@example.org");
  pdf->filename = g_strdup ("Rechnung\t2024\n陈.pdf");
  pdf->is_attachment = TRUE;
  pdf->encoding = TERN_ENCODING_BASE64;
  tern_structure_add_child (related, html);
  tern_structure_add_child (related, picture);
  tern_structure_add_child (enclosed, leaf ("3.1", "text/plain"));
  tern_structure_add_child (root, related);
  tern_structure_add_child (root, pdf);
  tern_structure_add_child (root, enclosed);
  return root;
}

static void
test_round_trip (void)
{
  g_autoptr (TernStructure) tree = make_tree ();
  g_autofree char *text = tern_structure_to_string (tree);
  g_autoptr (TernStructure) read = tern_structure_from_string (text);
  g_autofree char *again = tern_structure_to_string (read);
  const TernStructure *html = tern_structure_find (read, "1.1");
  const TernStructure *pdf = tern_structure_find (read, "2");

  g_assert_cmpstr (text, ==, again);
  g_assert_cmpstr (read->mime_type, ==, "multipart/mixed");
  g_assert_cmpstr (html->charset, ==, "utf-8");
  g_assert_cmpint (html->encoding, ==, TERN_ENCODING_QUOTED_PRINTABLE);
  g_assert_cmpuint (html->size, ==, G_MAXUINT64);
  g_assert_false (html->is_attachment);
  g_assert_true (pdf->is_attachment);
  g_assert_cmpstr (pdf->filename, ==, "Rechnung 2024 陈.pdf");
  g_assert_nonnull (tern_structure_find (read, "3.1"));
}

static void
test_truncated (void)
{
  g_autoptr (TernStructure) tree = make_tree ();
  g_autofree char *text = tern_structure_to_string (tree);

  g_assert_null (tern_structure_from_string (NULL));
  g_assert_null (tern_structure_from_string (""));
  for (gsize length = 0; length < strlen (text); length++)
    {
      g_autofree char *cut = g_strndup (text, length);
      g_autoptr (TernStructure) read = tern_structure_from_string (cut);

      /* What is cut is left out; what is read is sound. */
      if (read != NULL)
        g_free (tern_structure_to_string (read));
    }
}

static void
test_hostile (void)
{
  static const char *const hostile[] = {
    "1\t\ttext/plain\t\t0\t0\t0\t\t\n",
    "99999999999999999999\t1\ttext/plain\t\t0\t0\t0\t\t\n",
    "-1\t1\ttext/plain\t\t0\t0\t0\t\t\n",
    "0\t1\ttext/plain\n",
    "\t\t\t\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    g_assert_null (tern_structure_from_string (hostile[i]));
}

static void
test_deep (void)
{
  g_autoptr (TernStructure) root = leaf ("", "multipart/mixed");
  TernStructure *part = root;
  g_autofree char *text = NULL;
  g_autoptr (TernStructure) read = NULL;

  for (guint i = 0; i < 2000; i++)
    {
      TernStructure *child = leaf ("1", "multipart/mixed");

      tern_structure_add_child (part, child);
      part = child;
    }
  text = tern_structure_to_string (root);
  read = tern_structure_from_string (text);
  g_assert_nonnull (read);
  g_assert_cmpuint (strlen (text), <, 100 * 64);
}

static void
test_texts (void)
{
  g_autoptr (TernStructure) tree = make_tree ();
  g_autoptr (TernStructure) attached = leaf ("1", "text/plain");

  g_assert_cmpstr (tern_structure_find_text (tree, "text/html")->part_id, ==, "1.1");
  /* The text of an enclosed letter is not this letter's. */
  g_assert_null (tern_structure_find_text (tree, "text/plain"));
  attached->is_attachment = TRUE;
  g_assert_null (tern_structure_find_text (attached, "text/plain"));
}

static void
test_attachments (void)
{
  g_autoptr (TernStructure) tree = make_tree ();
  g_autoptr (GPtrArray) attachments = tern_structure_list_attachments (tree);
  g_autoptr (GPtrArray) pictures = tern_structure_list_inline (tree);

  g_assert_cmpuint (attachments->len, ==, 2);
  g_assert_cmpstr (((TernStructure *) g_ptr_array_index (attachments, 0))->part_id, ==, "2");
  g_assert_cmpstr (((TernStructure *) g_ptr_array_index (attachments, 1))->part_id, ==, "3");
  g_assert_cmpuint (pictures->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/structure/cut text yields what is whole and no more", test_truncated);
  g_test_add_func ("/model/structure/text that no structure wrote yields none", test_hostile);
  g_test_add_func ("/model/structure/what is nested too deeply is left out", test_deep);
  g_test_add_func ("/model/structure/a tree is read as it was written", test_round_trip);
  g_test_add_func ("/model/structure/the letter's text is its own", test_texts);
  g_test_add_func ("/model/structure/attachments are what a reader would call so",
                   test_attachments);
  return g_test_run ();
}
