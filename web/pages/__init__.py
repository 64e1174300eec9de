"""What the server writes for people: pages, winners, feeds and calendars."""
