/** In CI a missing dependency fails the tests instead of skipping them. */
export const IS_DOCKER_REQUIRED = (process.env['DRYDOCK_REQUIRE'] ?? '').split(',').includes('docker');
