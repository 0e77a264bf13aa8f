# cmake -DSOURCE=folder -DOUTPUT=file -P: see GitRevision.cmake.
set(revision unknown)
find_program(GIT git)
if(DEFINED ENV{CELLWISE_GIT_REVISION})
  set(revision $ENV{CELLWISE_GIT_REVISION})
elseif(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE code)
  if(code EQUAL 0)
    set(revision ${described})
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define CELLWISE_GIT_REVISION \"${revision}\"\n")
