#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "core/atomic_file.h"

namespace cellwise::tables {

/// The folder of the customers' tables and their golden values; a test skips where it is absent.
inline std::filesystem::path customers_folder() { return std::filesystem::path(CELLWISE_TEST_DATA) / "customers"; }

inline bool has_customers_data() { return std::filesystem::exists(customers_folder() / "telco_golden.json"); }

inline std::string no_customers_data() { return "no golden values in " + customers_folder().string(); }

/// telco, hdma, computers
inline nlohmann::json golden(const std::string& table) {
    return nlohmann::json::parse(read_file(customers_folder() / (table + "_golden.json")));
}

}  // namespace cellwise::tables
