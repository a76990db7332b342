/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Which of our words did they mean? Offer each; what is left is near enough to be a mistyped `word`. */
typedef struct Nearest {
        const char *word;
        const char *found; /* NULL: none is near */
        unsigned distance; /* of `found`, or one more than what still counts as near */
} Nearest;

Nearest nearest_to(const char *word);
void nearest_offer(Nearest *nearest, const char *candidate);
