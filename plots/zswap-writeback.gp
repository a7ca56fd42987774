# SPDX-License-Identifier: GPL-2.0-or-later
#
# zswap-writeback: pages that leave zswap for the swap device.
#
# gnuplot -c zswap-writeback.gp png|svg DATA PICTURE CAPTION BASE [VARIANT...]

heading = "zswap-writeback: cost of one page"
chosen = "writeback load_device store_full store_full_p99 pool_peak_bytes"
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
