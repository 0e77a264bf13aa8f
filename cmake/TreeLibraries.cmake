# CELLWISE_XGBOOST_LIBRARY and CELLWISE_LIGHTGBM_LIBRARY: the libraries of XGBoost's and LightGBM's wheels, which the
# program opens when it needs them. Nothing is linked; without them the program says in a model's row that it is absent.
#
# Looked for in: -DCELLWISE_TREE_LIBRARIES=DIR, the environment's CELLWISE_TREE_LIBRARIES, the cache of scripts/tree_libraries.sh.
file(STRINGS ${PROJECT_SOURCE_DIR}/scripts/tree_libraries.sh TREE_LIBRARIES_VERSION REGEX "^tree_libraries_version=")
string(REPLACE "tree_libraries_version=" "" TREE_LIBRARIES_VERSION "${TREE_LIBRARIES_VERSION}")
set(TREE_LIBRARIES_CACHE "$ENV{XDG_CACHE_HOME}")
if(NOT TREE_LIBRARIES_CACHE)
  set(TREE_LIBRARIES_CACHE "$ENV{HOME}/.cache")
endif()
set(CELLWISE_TREE_LIBRARIES "$ENV{CELLWISE_TREE_LIBRARIES}" CACHE PATH
  "A folder that holds xgboost/lib/libxgboost.so and lightgbm/lib/lib_lightgbm.so")
foreach(library "XGBOOST;libxgboost.so;xgboost/lib" "LIGHTGBM;lib_lightgbm.so;lightgbm/lib")
  list(GET library 0 name)
  list(GET library 1 file)
  list(GET library 2 folder)
  find_file(CELLWISE_${name}_LIBRARY NAMES ${file} NO_DEFAULT_PATH
    HINTS ${CELLWISE_TREE_LIBRARIES} PATHS ${TREE_LIBRARIES_CACHE}/cellwise/trees-${TREE_LIBRARIES_VERSION}
    PATH_SUFFIXES ${folder} DOC "The library that the program opens at run time")
  if(NOT CELLWISE_${name}_LIBRARY)
    message(STATUS "${file} was not found: the program looks for it when it runs")
  endif()
endforeach()
