import type { ToolDefinition } from '@drydock/contracts';
import { object, text } from './schema.ts';

export const VIEW_IMAGE = {
  form: 'function',
  name: 'view_image',
  description:
    'Shows you an image file of the workspace: PNG, JPEG, GIF or WebP, at most 700 KiB. Use it where what a picture shows matters, such as a screenshot or a diagram.',
  parameters: object(
    {
      path: text('Path of the image, in the workspace.'),
      detail: {
        type: 'string',
        enum: ['auto', 'low', 'high', 'original'],
        description: 'How closely to look; auto by default.',
      },
    },
    ['detail'],
  ),
} as const satisfies ToolDefinition;
