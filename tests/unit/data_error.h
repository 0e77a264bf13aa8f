#pragma once

#include <string>

#include "core/error.h"

namespace cellwise::test {

/// The message of the DataError that the action throws; "no DataError" if it does not.
template <class Action>
std::string data_error(Action action) {
    try {
        action();
    } catch (const DataError& error) {
        return error.what();
    }
    return "no DataError";
}

}  // namespace cellwise::test
