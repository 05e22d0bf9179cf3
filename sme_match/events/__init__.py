"""Events (商談会): from wishes to a fair timetable to the day itself."""
