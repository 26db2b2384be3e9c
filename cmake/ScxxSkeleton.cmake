# SPDX-License-Identifier: GPL-2.0-only
# Run by scxx_add_bpf() at build time: bpftool's skeleton of OBJECT, called NAME, into OUT.
execute_process(COMMAND ${BPFTOOL} gen skeleton ${OBJECT} name ${NAME}
                OUTPUT_FILE ${OUT}.tmp RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "bpftool makes no skeleton of ${OBJECT}")
endif()
file(RENAME ${OUT}.tmp ${OUT})
