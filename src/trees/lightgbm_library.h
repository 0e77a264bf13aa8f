#pragma once

#include <cstddef>
#include <cstdint>

namespace cellwise::trees {

/// The functions of LightGBM's C interface that are used, as its documentation of version 4 has them
/// (https://lightgbm.readthedocs.io/en/stable/C-API.html). All that return int return 0 for success.
struct LightGBMLibrary {
    using Dataset = void*;
    using Booster = void*;
    enum Type { float32 = 0, float64 = 1 };
    enum Answer { predictions = 0, margins = 1, contributions = 3 };

    const char* (*last_error)();
    int (*register_log)(void (*print)(const char*));
    int (*dataset_from_matrix)(const void* values, int type, std::int32_t rows, std::int32_t columns, int row_major,
                               const char* parameters, Dataset reference, Dataset* result);
    int (*dataset_set_field)(Dataset, const char* field, const void* values, int count, int type);
    int (*dataset_set_names)(Dataset, const char** names, int count);
    int (*dataset_free)(Dataset);
    int (*booster_create)(Dataset training, const char* parameters, Booster* result);
    int (*booster_free)(Booster);
    int (*booster_update)(Booster, int* is_finished);
    int (*booster_predict)(Booster, const void* values, int type, std::int32_t rows, std::int32_t columns,
                           int row_major, int answer, int first_iteration, int iterations, const char* parameters,
                           std::int64_t* length, double* result);
    int (*booster_importance)(Booster, int iterations, int kind, double* result);
    int (*booster_save)(Booster, int first_iteration, int iterations, int importance_kind, std::int64_t room,
                        std::int64_t* length, char* text);
    int (*booster_load)(const char* text, int* iterations, Booster* result);
    int (*booster_classes)(Booster, int* count);
    int (*booster_feature_count)(Booster, int* count);

    /// Throws EnvironmentError with last_error() unless `code` is 0.
    void check(int code) const;
};

/// Opened once. Throws EnvironmentError if it is not there.
[[nodiscard]] const LightGBMLibrary& lightgbm_library();

}  // namespace cellwise::trees
