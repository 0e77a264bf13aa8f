#pragma once

#include <string>

#include "core/error.h"

namespace cellwise::test {

/// The message of the error of this type that the action throws; `otherwise` if it does not.
template <class ErrorType, class Action>
std::string error_of(Action action, const char* otherwise = "no such error") {
    try {
        action();
    } catch (const ErrorType& error) {
        return error.what();
    }
    return otherwise;
}

/// The message of the DataError that the action throws; "no DataError" if it does not.
template <class Action>
std::string data_error(Action action) {
    return error_of<DataError>(action, "no DataError");
}

}  // namespace cellwise::test
