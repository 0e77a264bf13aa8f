# cmake --install: filled in as libraries are added.
