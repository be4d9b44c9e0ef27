/*
 * number.h - decimal numbers as people write them.
 */
#ifndef COMMON_NUMBER_H
#define COMMON_NUMBER_H

/*
 * Decimal digits and nothing else: no sign, no space, no unit. 0, or -EINVAL, also for what lies
 * outside min and max.
 */
int number_parse(const char *text, unsigned long min, unsigned long max, unsigned long *out);

#endif
