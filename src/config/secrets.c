/* SPDX-License-Identifier: BSD-3-Clause */

/* Secrets in files. What goes wrong is told without the contents; and without the name as the user gave it
 * unless a file of that name seems to exist: somebody may have written the secret itself where its file's
 * name belongs. */

#include "config/secrets.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "util/file.h"

void secret_text_done(SecretText *text)
{
        if (text->text)
                explicit_bzero(text->text, text->size);
        free(text->text);
        free(text->path);
        *text = (SecretText){ 0 };
}

__attribute__((format(printf, 2, 3))) static int wrong(char **ret_wrong, const char *format, ...)
{
        va_list arguments;
        char *text;
        int r;

        va_start(arguments, format);
        r = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (r < 0)
                return -ENOMEM;
        *ret_wrong = text;
        return -EINVAL;
}

static int check_mode(const char *path, mode_t mode, bool is_credential, char **ret_wrong)
{
        if (!S_ISREG(mode))
                return wrong(ret_wrong, "%s must be a regular file", path);
        if (!is_credential && (mode & 077) != 0)
                return wrong(ret_wrong, "%s must be for its owner only, not of mode %04o: chmod 600 %s", path,
                        mode & 07777U, path);
        return 0;
}

/* Takes `path` over. -ENOENT: no such file, which is not yet wrong. */
static int read_path(SecretText *ret, char *path, bool is_credential, char **ret_wrong)
{
        AUTO(secret_text_done) SecretText text = { .path = path };
        mode_t mode;
        int r;

        if (!path)
                return -ENOMEM;
        r = file_read(path, SECRET_FILE_MAX, &text.text, &text.size, &mode);
        if (r == -EFBIG)
                return wrong(ret_wrong, "%s must not be larger than 64 KB", path);
        if (r == -ENOENT || r == -ENOTDIR || r == -ENAMETOOLONG)
                return -ENOENT;
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return wrong(ret_wrong, "%s cannot be read: %s", path, strerror(-r));
        r = check_mode(path, mode, is_credential, ret_wrong);
        if (r < 0)
                return r;
        *ret = text;
        text = (SecretText){ 0 };
        return 0;
}

/* An absolute path may lead straight into the credentials directory. */
static bool is_in_folder(const char *path, const char *folder)
{
        size_t length = folder ? strlen(folder) : 0;

        return length > 0 && strncmp(path, folder, length) == 0 && path[length] == '/' &&
               !strchr(path + length + 1, '/');
}

int secret_text_read(SecretText *ret, const char *name, const SecretPlaces *places, char **ret_wrong)
{
        const char *credentials = places->credentials_directory;
        bool is_absolute = name[0] == '/';
        int r;

        if (is_absolute) {
                r = read_path(ret, strdup(name), is_in_folder(name, credentials), ret_wrong);
                return r == -ENOENT ? wrong(ret_wrong, "must be the name of a file that exists") : r;
        }
        if (credentials && !strchr(name, '/')) {
                r = read_path(ret, path_join(credentials, name), true, ret_wrong);
                if (r != -ENOENT)
                        return r;
        }
        r = read_path(ret, path_join(places->directory, name), false, ret_wrong);
        if (r != -ENOENT)
                return r;
        return wrong(ret_wrong, "must be the name of a file that exists in %s%s%s",
                credentials ? credentials : "", credentials ? " or in " : "", places->directory);
}

static int base64_digit(char c)
{
        if (c >= 'A' && c <= 'Z')
                return c - 'A';
        if (c >= 'a' && c <= 'z')
                return c - 'a' + 26;
        if (c >= '0' && c <= '9')
                return c - '0' + 52;
        return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Returns the bytes that were decoded, or -EINVAL. */
static int decode_base64(const char *text, size_t size, uint8_t bytes[static SECRET_MAX])
{
        uint32_t bits = 0;
        size_t n_digits = 0, n_padding = 0, n_bytes = 0;

        for (size_t i = 0; i < size; i++) {
                int digit = base64_digit(text[i]);

                if (text[i] != '\0' && strchr(" \t\r\n", text[i]))
                        continue;
                if (text[i] == '=') {
                        n_padding++;
                        continue;
                }
                if (digit < 0 || n_padding > 0)
                        return -EINVAL;
                bits = bits << 6 | (uint32_t) digit;
                n_digits++;
                if (n_digits % 4 == 1)
                        continue;
                if (n_bytes == SECRET_MAX)
                        return -EINVAL;
                bytes[n_bytes++] = (uint8_t) (bits >> (8 - n_digits % 4 * 2) % 8);
        }
        if (n_padding > 2 || (n_digits + n_padding) % 4 != 0)
                return -EINVAL;
        /* Bits that nothing reads must be zero: two texts for one secret are a mistake somewhere. */
        if (n_padding > 0 && (bits & ((1U << (2 * n_padding)) - 1)) != 0)
                return -EINVAL;
        return (int) n_bytes;
}

int secret_from_base64(Secret **ret, const char *text, size_t size)
{
        uint8_t bytes[SECRET_MAX];
        Secret *secret = NULL;
        int n = decode_base64(text, size, bytes);

        if (n > 0)
                secret = secret_new(bytes, (size_t) n);
        explicit_bzero(bytes, sizeof bytes);
        if (n <= 0)
                return -EINVAL;
        if (!secret)
                return -ENOMEM;
        *ret = secret;
        return 0;
}
