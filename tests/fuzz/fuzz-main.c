/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "fuzz.h"

/* How many changed copies of each seed are tried. */
#define N_MUTATIONS 300

/* Changes a few bytes: the same ones in each run, so that a failure can be repeated. */
static void
mutate (GRand *random, GByteArray *bytes)
{
  guint n = g_rand_int_range (random, 1, 8);

  while (n-- > 0 && bytes->len > 1)
    {
      guint at = g_rand_int_range (random, 0, bytes->len);

      switch (g_rand_int_range (random, 0, 4))
        {
        case 0:
          bytes->data[at] = g_rand_int_range (random, 0, 256);
          break;
        case 1:
          g_byte_array_remove_index (bytes, at);
          break;
        case 2:
          g_byte_array_set_size (bytes, at);
          break;
        default:
          {
            guint length = MIN (bytes->len - at, 64);
            g_autofree guint8 *copy = g_memdup2 (bytes->data + at, length);

            g_byte_array_append (bytes, copy, length);
          }
          break;
        }
    }
}

static void
run_seed (const char *path)
{
  g_autofree char *data = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  gsize length;

  if (!g_file_get_contents (path, &data, &length, &error))
    g_error ("%s", error->message);
  LLVMFuzzerTestOneInput ((const guint8 *) data, length);
  for (guint i = 0; i < N_MUTATIONS; i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();

      g_byte_array_append (bytes, (const guint8 *) data, length);
      mutate (random, bytes);
      LLVMFuzzerTestOneInput (bytes->data, bytes->len);
    }
}

/* Runs a fuzz target over its seeds and changed copies of them, where it is not linked with
 * libFuzzer. The argument is the folder of the seeds. */
int
main (int argc, char **argv)
{
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GError) error = NULL;
  const char *name;
  guint n = 0;

  if (argc != 2 || (dir = g_dir_open (argv[1], 0, &error)) == NULL)
    g_error ("No seeds: %s", error != NULL ? error->message : "name their folder");
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);

      run_seed (path);
      n++;
    }
  g_assert_cmpuint (n, >, 0);
  return 0;
}
