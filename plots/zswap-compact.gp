# SPDX-License-Identifier: GPL-2.0-or-later
#
# zswap-compact: a pool of which pages at random were freed, compacted.
#
# gnuplot -c zswap-compact.gp png|svg DATA PICTURE CAPTION BASE [VARIANT...]

heading = "zswap-compact: one page, the pool"
chosen = "free_page compact load_compacted pool_bytes zspage_bytes density pages_migrated"
kind = ARG1
data = ARG2
picture = ARG3
caption = ARG4
variants = ARGC - 4
array label[variants]
do for [i = 1 : variants] { label[i] = ARGV[4 + i] }
folder = ARG0
while (strlen(folder) && folder[strlen(folder):] ne "/") { folder = folder[1:strlen(folder) - 1] }
load folder . "panels.gp"
