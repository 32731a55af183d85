/** The checkout, in every sandbox. Fixed: virtual environments and cached layers have it built in. */
export const WORKSPACE = '/job/work';
/** HOME of every command, with its caches. */
export const HOME = '/job/home';
/** The egress gateway's socket, where the job has one. */
export const EGRESS_SOCKET = '/job/egress/proxy.sock';
/** The injected runtime: this program, its libraries and tools. */
export const RUNTIME = '/opt/drydock';
/** Commands that every sandbox has, behind the image's own. */
export const COMMANDS = `${RUNTIME}/commands`;
/** The base commit's git directory, read-only: what it says is ours. */
export const PRISTINE_GIT = '/job/git';
/** The workspace's own layer and the tree below it, for comparison. */
export const UPPER = '/job/upper';
export const BASE = '/job/base';
/**
 * What the base was, entry by entry, where the workspace is a copy: nothing but its owner's permission keeps it from
 * being written, and its owner is not the code under test.
 */
export const BASE_MANIFEST = `${PRISTINE_GIT}/drydock-base`;
/** The sealed layer that a workspace is copied from. */
export const LAYER_IMAGE = '/job/layer/image.tar';
/** Empty space that belongs to one capture. */
export const CAPTURE_SPACE = '/job/capture';
/** The bare repository that a builder may read. */
export const MIRROR = '/mirror';
/** The file system that a builder fills. */
export const LAYER = '/layer';
