# SPDX-License-Identifier: GPL-2.0-or-later
#
# zram: one page written, read, overwritten and discarded; what the full disk takes.
#
# gnuplot -c zram.gp png|svg DATA PICTURE CAPTION BASE [VARIANT...]

heading = "zram: one page, the pool"
chosen = "write read overwrite discard pool_bytes zspage_bytes"
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
