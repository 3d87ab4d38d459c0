# SPDX-License-Identifier: MIT
# Writes the bytes of SOURCES, one after the other, to OUTPUT as a C array named SYMBOL.
set(bytes "")
foreach(source IN LISTS SOURCES)
  file(READ ${source} some HEX)
  string(APPEND bytes "${some}")
endforeach()
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "extern const char ${SYMBOL}[];\nconst char ${SYMBOL}[] = {\n${bytes}0};\n")
