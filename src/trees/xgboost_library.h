#pragma once

#include <cstdint>

namespace cellwise::trees {

/// The functions of XGBoost's C interface that are used, as its documentation of version 3.2 has them
/// (https://xgboost.readthedocs.io/en/release_3.2.0/c.html). All that return int return 0 for success.
struct XGBoostLibrary {
    using Matrix = void*;
    using Booster = void*;
    using Size = std::uint64_t;  // bst_ulong

    const char* (*last_error)();
    void (*version)(int* major, int* minor, int* patch);
    int (*set_global_config)(const char* json);
    int (*matrix_from_dense)(const char* array_interface, const char* config, Matrix* result);
    int (*matrix_set_info)(Matrix, const char* field, const char* array_interface);
    int (*matrix_free)(Matrix);
    int (*booster_create)(const Matrix matrices[], Size count, Booster* result);
    int (*booster_free)(Booster);
    int (*booster_set_param)(Booster, const char* name, const char* value);
    int (*booster_update)(Booster, int iteration, Matrix training);
    int (*booster_predict)(Booster, Matrix, const char* config, const Size** shape, Size* dimensions,
                           const float** result);
    int (*booster_feature_score)(Booster, const char* config, Size* count, const char*** features, Size* dimensions,
                                 const Size** shape, const float** scores);
    int (*booster_set_strings)(Booster, const char* field, const char** texts, Size count);
    int (*booster_feature_count)(Booster, Size* count);
    int (*booster_json_config)(Booster, Size* length, const char** json);
    int (*booster_save)(Booster, const char* config, Size* length, const char** bytes);
    int (*booster_load)(Booster, const void* bytes, Size length);

    /// Throws EnvironmentError with last_error() unless `code` is 0.
    void check(int code) const;
};

/// Opened once. Throws EnvironmentError if it is not there or is older than 3.0 (whose files 3.2 reads, not the other
/// way about).
[[nodiscard]] const XGBoostLibrary& xgboost_library();

}  // namespace cellwise::trees
